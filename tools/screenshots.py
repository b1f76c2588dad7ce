"""Pictures of the screens: `tools/screenshots.py FOLDER [--only plan] [--dark]`; `--readme` makes those in docs/images.

Serves the demonstration from a temporary record, walks the pages in Chromium at three widths and says what it saw:
errors of the page, requests that leave the server, and boxes wider than the window.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pages import OTHERS, PAGES
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
PASSWORD = "dystonia-2026"
# 640 is what is left of 1280 at 200 % zoom.
WIDTHS = {390: 844, 640: 900, 820: 1180, 1280: 900}
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@contextmanager
def demonstration() -> Iterator[str]:
    """Serve the demonstration from a temporary record; yields its address."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "reprieve", "serve", "--demo", "--port", "0"]
        command += ["--db", str(Path(folder) / "demo.sqlite"), "--json"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
        try:
            assert server.stdout is not None
            told = ""
            while not told.endswith("\n}\n"):
                told += server.stdout.readline()
            address = json.loads(told)["address"].rstrip("/")
            for _ in range(100):
                try:
                    with urllib.request.urlopen(f"{address}/api/health", timeout=5):
                        break
                except OSError:
                    time.sleep(0.1)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def start(playwright: object) -> Browser:
    """Start the Chromium of the machine."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        raise SystemExit("there is no Chromium; install the package chromium or name one in CHROMIUM")
    return playwright.chromium.launch(executable_path=program, args=ARGS)  # type: ignore[attr-defined]


def sign_in(page: Page, address: str, name: str) -> None:
    """Sign in through the API, so that the pictures begin where the work begins."""
    answer = page.request.post(
        f"{address}/api/sign-in", data={"name": name, "password": PASSWORD}, headers={"X-Reprieve": "1"}
    )
    assert answer.ok, answer.text()


def a_patient(page: Page, address: str) -> str:
    """Return a patient with a long history: the first on today's list who has a forecast and a session."""
    rows = page.request.get(f"{address}/api/today").json()["rows"]
    known = [row for row in rows if row["last_session"] and row["chance_faded"] is not None]
    cervical = [row for row in known if "cervical" in (row["condition"] or "")]
    return (cervical or known or rows)[0]["patient_id"]


def a_due_patient(page: Page, address: str) -> str:
    """Return whose effect has faded and of whom nothing is open: the planner has something to offer."""
    rows = page.request.get(f"{address}/api/today").json()["rows"]
    due = [row for row in rows if (row["chance_faded"] or 0) > 0.5 and not row["flags"]]
    return next(row["patient_id"] for row in due if row["condition"] == "cervical_dystonia")


def watch(page: Page, address: str, told: list[str]) -> None:
    """Note what a page must not do."""
    page.on("console", lambda m: told.append(f"console {m.type}: {m.text}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(f"page error: {error}"))
    page.on(
        "request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else told.append(f"off: {r.url}")
    )


def picture(page: Page, path: Path, told: list[str], *, whole: bool = True) -> None:
    """Wait until the page rests, take its picture, and note what is wider than the window."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(250)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        told.append(f"{path.name}: {wide} px wider than the window")
    page.screenshot(path=str(path), full_page=whole)


def walk(browser: Browser, address: str, folder: Path, only: set[str], *, dark: bool) -> list[str]:
    """Take the pictures of the clinic and of the phone."""
    told: list[str] = []
    scheme = "dark" if dark else "light"
    mark = "-dark" if dark else ""
    for width, height in WIDTHS.items():
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        page = context.new_page()
        watch(page, address, told)
        if not only or "sign-in" in only:
            page.goto(address)
            picture(page, folder / f"sign-in-{width}{mark}.png", told)
        sign_in(page, address, "injector")
        patient = a_patient(page, address)
        for name, route in PAGES.items():
            if only and name not in only:
                continue
            sign_in(page, address, OTHERS.get(name, "injector"))
            if name == "session":
                page.goto(address + PAGES["plan"].format(patient=patient))
                begin_plan(page)
            page.goto(address + route.format(patient=patient))
            if name == "plan":
                begin_plan(page)
            picture(page, folder / f"{name}-{width}{mark}.png", told)
        context.close()
    if not only or "phone" in only:
        for width in (390, 820):
            context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
            page = context.new_page()
            watch(page, address, told)
            page.goto(f"{address}/phone")
            picture(page, folder / f"phone-sign-in-{width}{mark}.png", told)
            sign_in(page, address, "patient")
            page.goto(f"{address}/phone")
            picture(page, folder / f"phone-{width}{mark}.png", told)
            context.close()
    return told


def begin_plan(page: Page) -> None:
    """Repeat the last session, as most plans begin."""
    button = page.get_by_role("button", name="Repeat last session")
    button.wait_for(timeout=10_000)
    button.click()
    page.wait_for_timeout(500)


def compare_options(page: Page) -> None:
    """Take the option that changes least, and look at all of them again."""
    option = page.get_by_role("button", name="Last session with the smallest change")
    option.wait_for(timeout=60_000)
    option.click()
    page.get_by_role("button", name="Compare").click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)


def main() -> int:
    """Take the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where the pictures go")
    parser.add_argument("--only", action="append", default=[], help="a page; may be given several times")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--address", help="a server that runs already")
    parser.add_argument("--readme", action="store_true", help="make the pictures in docs/images")
    args = parser.parse_args()
    if args.folder is None and not args.readme:
        parser.error("name a folder for the pictures, or give --readme")
    with sync_playwright() as playwright:
        browser = start(playwright)
        if args.address:
            told = _all(browser, args.address.rstrip("/"), args)
        else:
            with demonstration() as address:
                told = _all(browser, address, args)
        browser.close()
    print("\n".join(dict.fromkeys(told)) or "nothing to complain of")
    return 0


def _all(browser: Browser, address: str, args: argparse.Namespace) -> list[str]:
    told: list[str] = []
    if args.readme:
        target = ROOT / "docs" / "images" / "plan.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        context = browser.new_context(viewport={"width": 1280, "height": 1180}, color_scheme="light")
        page = context.new_page()
        sign_in(page, address, "injector")
        page.goto(address + PAGES["plan"].format(patient=a_due_patient(page, address)))
        compare_options(page)
        picture(page, target, told, whole=False)
        context.close()
        context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="light")
        page = context.new_page()
        sign_in(page, address, "patient")
        page.goto(f"{address}/phone")
        page.get_by_text("Hello ", exact=False).wait_for()
        page.get_by_role("radio", name="4", exact=True).or_(page.get_by_role("button", name="Change it")).first.click()
        picture(page, target.with_name("phone.png"), told, whole=False)
        context.close()
    if args.folder:
        args.folder.mkdir(parents=True, exist_ok=True)
        told += walk(browser, address, args.folder, set(args.only), dark=args.dark)
    return told


if __name__ == "__main__":
    raise SystemExit(main())
