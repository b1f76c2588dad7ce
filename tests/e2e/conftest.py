"""A real server over a temporary record and a real Chromium in front of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "reprieve" / "web" / "static"
PASSWORD = "dystonia-2026"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _chromium() -> str:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium; install the package chromium or name one in CHROMIUM")
        pytest.skip("there is no Chromium; install the package chromium or name one in CHROMIUM")
    return program


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demonstration clinic; yields its address."""
    if not (STATIC / "index.html").is_file():
        pytest.fail("the screens are not built; run `pip install -e .`, or `npm ci && npm run build` in web")
    folder = tmp_path_factory.mktemp("clinic")
    log = (folder / "server.log").open("w", encoding="utf-8")
    command = [sys.executable, "-m", "reprieve", "serve", "--demo", "--port", "0", "--json"]
    server = subprocess.Popen(
        [*command, "--db", str(folder / "clinic.sqlite")], stdout=subprocess.PIPE, stderr=log, text=True
    )
    try:
        assert server.stdout is not None
        told = ""
        while not told.endswith("\n}\n"):  # one JSON document over several lines, then nothing more
            line = server.stdout.readline()
            assert line, (folder / "server.log").read_text(encoding="utf-8")
            told += line
        at = json.loads(told)["address"].rstrip("/")
        _wait(at)
        yield at
    finally:
        server.terminate()
        server.wait(timeout=20)
        if server.stdout is not None:
            server.stdout.close()
        log.close()


def _wait(at: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"{at}/api/health", timeout=5):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Start the machine's Chromium, once a file: while Playwright runs, no other test of the worker may use asyncio."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = _chromium()
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGS)
        yield started
        started.close()


class Watched:
    """A page, and what it did that no page may do."""

    def __init__(self, browser, address: str, **settings) -> None:
        self.address = address
        self.context = browser.new_context(base_url=address, locale="en-GB", **settings)
        # A machine that runs the rest of the tests beside this one is slow, not wrong.
        self.context.set_default_timeout(30_000)
        self.faults: list[str] = []
        self.page = self.open()

    def open(self):
        """Open another tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"error of the page: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        return page

    def _console(self, message) -> None:
        # A refused or unreachable request is told by the page itself; a policy violation or a React warning is a fault.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"request to another host: {request.url}")

    def sign_in(self, name: str) -> None:
        """Sign in through the API."""
        answer = self.context.request.post(
            "/api/sign-in", data={"name": name, "password": PASSWORD}, headers={"X-Reprieve": "1"}
        )
        assert answer.ok, answer.text()

    def get(self, path: str):
        """Ask the API as this person."""
        answer = self.context.request.get(path)
        assert answer.ok, answer.text()
        return answer.json()


@pytest.fixture
def watched(browser, address: str) -> Iterator[object]:
    """Make watched pages; none of them may have done anything forbidden."""
    made: list[Watched] = []

    def make(**settings) -> Watched:
        made.append(Watched(browser, address, **settings))
        return made[-1]

    yield make
    faults = [fault for page in made for fault in page.faults]
    for page in made:
        page.context.close()
    assert not faults, "\n".join(dict.fromkeys(faults))


@pytest.fixture(scope="module")
def cervical(browser, address: str) -> str:
    """Return a patient with cervical dystonia, a session, a forecast and no red flag."""
    context = browser.new_context(base_url=address)
    context.request.post("/api/sign-in", data={"name": "injector", "password": PASSWORD}, headers={"X-Reprieve": "1"})
    rows = context.request.get("/api/today").json()["rows"]
    context.close()
    fitting = [
        row
        for row in rows
        if row["condition"] == "cervical_dystonia"
        and row["last_session"]
        and row["chance_faded"] is not None
        and not row["flags"]
    ]
    return fitting[0]["patient_id"]
