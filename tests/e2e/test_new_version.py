"""A server upgraded under open pages: the old page says so, keeps what was typed, and opens whole after a reload."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from e2e.conftest import STATIC, Watched, _wait

# Three servers are started one after the other: at night.
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Serves the bundle of a folder, as a server does that was upgraded.
SERVE = """
import sys
from pathlib import Path
from reprieve.web import pages
pages.STATIC = Path(sys.argv.pop(1))
from reprieve.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
TOLD = "There is a new version of this page"


class Upgrades:
    """One demonstration on one port, whose bundle can be replaced by one in which every script has another name."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.round, self.running = folder, 0, None
        self.port = 0
        self.upgrade()

    def upgrade(self) -> None:
        """Stop the server and start it with the next bundle."""
        self.stop()
        self.round += 1
        bundle = self.folder / f"bundle-{self.round}"
        _renamed(STATIC, bundle, f"r{self.round}")
        command = [sys.executable, "-c", SERVE, str(bundle), "serve", "--demo", "--port", str(self.port)]
        command += ["--db", str(self.folder / "c.sqlite"), "--json"]
        self.running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.running.stdout is not None
        told = ""
        while not told.endswith("\n}\n"):
            line = self.running.stdout.readline()
            assert line, told
            told += line
        found = re.search(r"http://[\d.]+:(\d+)", told)
        assert found is not None
        self.port = int(found.group(1))
        _wait(self.address)

    @property
    def address(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End the server, if one runs."""
        if self.running is not None:
            self.running.terminate()
            self.running.wait(timeout=20)
            if self.running.stdout is not None:
                self.running.stdout.close()


def _renamed(source: Path, target: Path, mark: str) -> None:
    """Copy the bundle, each script under a name of its own, as a build of changed sources would give it."""
    target.mkdir()
    names = {path.name: f"{path.stem}-{mark}.js" for path in (source / "assets").glob("*.js")}
    either = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    for path in source.rglob("*"):
        if path.is_dir() or path.suffix in (".gz", ".sha256"):
            continue
        place = target / path.relative_to(source).parent / names.get(path.name, path.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in (".js", ".html"):
            text = path.read_text(encoding="utf-8")
            place.write_text(either.sub(lambda found: names[found.group()], text), encoding="utf-8")
        else:
            os.link(path, place) if path.stat().st_dev == target.stat().st_dev else shutil.copy(path, place)


@pytest.fixture(scope="module")
def upgrades(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgrades]:
    """Serve a demonstration that can be upgraded."""
    made = Upgrades(tmp_path_factory.mktemp("upgrades"))
    yield made
    made.stop()


@pytest.fixture
def at_upgrades(browser, upgrades: Upgrades) -> Iterator[Callable[..., Watched]]:
    """Make pages of that server; a script that is gone is what is tried here, so only other faults count."""
    made: list[Watched] = []

    def make(**settings) -> Watched:
        made.append(Watched(browser, upgrades.address, **settings))
        return made[-1]

    yield make
    for visit in made:
        visit.context.close()
    faults = [one for visit in made for one in visit.faults if "dynamically imported module" not in one]
    assert not faults, faults


def test_a_page_that_was_open_says_so_and_loses_nothing(at_upgrades, upgrades: Upgrades) -> None:
    """A plan is typed while the server is upgraded: the part that is gone is said, the plan stands after a reload."""
    visit = at_upgrades(viewport={"width": 1280, "height": 900})
    visit.sign_in("injector")
    rows = visit.get("/api/today")["rows"]
    patient = next(row["patient_id"] for row in rows if row["condition"] == "cervical_dystonia" and row["last_session"])
    page = visit.page
    page.goto(f"/patients/{patient}/plan")
    page.get_by_role("button", name="Repeat last session").click()
    units = page.locator("input[name=units]").first
    units.fill("37.5")
    page.get_by_text("37.5", exact=False).first.wait_for()
    assert page.get_by_text(TOLD, exact=False).count() == 0
    upgrades.upgrade()
    # A part that this page never fetched: its name is gone with the old bundle. The rest stays as it is.
    page.get_by_role("button", name="Show the neck").click()
    page.get_by_role("alert").get_by_text("This part could not be loaded", exact=False).wait_for()
    assert units.input_value() == "37.5"
    units.fill("40")  # the next answer of the server says it, too
    page.get_by_text(TOLD, exact=False).wait_for()
    page.get_by_role("button", name="Load the page again").first.click()
    page.locator("input[name=units]").first.wait_for()
    assert page.locator("input[name=units]").first.input_value() == "40"
    page.get_by_role("button", name="Show the neck").click()
    page.locator(".neck-svg").first.wait_for()
    assert page.get_by_text(TOLD, exact=False).count() == 0


def test_the_phone_opens_whole_without_a_line_before_and_after(at_upgrades, upgrades: Upgrades) -> None:
    """Kept pages come with their scripts: the old one while nothing else is there, the new one once it was seen."""
    visit = at_upgrades(**PHONE)
    visit.sign_in("patient")
    page = visit.page

    def opens_offline() -> str:
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function(
            """async () => { const kept = await caches.match('/phone'); if (!kept) return false;
            const names = [...(await kept.text()).matchAll(/\\/assets\\/phone-[^"]+\\.js/g)].map(one => one[0]);
            const own = document.querySelector('script[type=module]').getAttribute('src');
            return names.includes(own) && Boolean(await caches.match(own)); }"""
        )
        visit.context.set_offline(True)
        page.reload()
        page.get_by_role("button", name="Urgent help").wait_for()
        own = page.locator("script[type=module]").get_attribute("src")
        visit.context.set_offline(False)
        return own

    page.goto("/phone")
    page.get_by_text("Hello ", exact=False).wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.get_by_text("Hello ", exact=False).wait_for()
    old = opens_offline()
    page.reload()
    page.get_by_text("Hello ", exact=False).wait_for()
    upgrades.upgrade()
    page.get_by_role("button", name="Dry mouth").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved. Your clinic can see it.").wait_for()
    page.get_by_text(TOLD, exact=False).wait_for()
    page.get_by_role("button", name="Load the page again").click()
    page.get_by_text("Hello ", exact=False).wait_for()
    assert page.get_by_text(TOLD, exact=False).count() == 0
    new = opens_offline()
    assert new != old
