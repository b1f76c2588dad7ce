"""The bundle of a running server is one bundle: what is built beside it changes nothing until it starts anew."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reprieve.app.clinic import Clinic
from reprieve.web import pages
from reprieve.web.application import make_app

INDEX = '<script type="module" crossorigin src="/assets/index-{0}.js"></script>'
PHONE = '<script type="module" crossorigin src="/assets/phone-{0}.js"></script>'


def _build(folder: Path, mark: str) -> None:
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    for old in (folder / "assets").iterdir():
        old.unlink()
    (folder / "index.html").write_text(INDEX.format(mark), encoding="utf-8")
    (folder / "phone.html").write_text(PHONE.format(mark), encoding="utf-8")
    for name in ("index", "phone", "part"):
        (folder / "assets" / f"{name}-{mark}.js").write_text(f"// {mark}", encoding="utf-8")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(pages, "STATIC", tmp_path / "static")
    pages.bundle.cache_clear()
    pages.entries.cache_clear()
    _build(tmp_path / "static", "a1")
    yield tmp_path / "static"
    pages.bundle.cache_clear()
    pages.entries.cache_clear()


def test_a_bundle_built_beside_a_running_server_is_not_mixed_in(built: Path, store: Clinic) -> None:
    asyncio.run(_built_beside(built, store))


async def _built_beside(built: Path, store: Clinic) -> None:
    app = make_app(store, warm=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://clinic.test") as browser:
        _build(built, "b2")
        page = await browser.get("/")
        assert "index-a1.js" in page.text
        part = await browser.get("/assets/part-a1.js")
        assert (part.status_code, part.text) == (200, "// a1")
        assert (await browser.get("/assets/part-b2.js")).status_code == 404
        health = await browser.get("/api/health")
        assert health.headers["x-reprieve-screens"] == "index-a1.js phone-a1.js"
        # An answer that a browser keeps must not go on naming the screens of its day.
        kept = await browser.get("/assets/part-a1.js")
        assert "x-reprieve-screens" not in kept.headers


def test_without_a_bundle_nothing_is_named(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "STATIC", built / "nowhere")
    pages.bundle.cache_clear()
    pages.entries.cache_clear()
    assert pages.entries() == ""
