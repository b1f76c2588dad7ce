"""Lighthouse scores of the screens: `tools/lighthouse.py --program node_modules/.bin/lighthouse [--only plan]`.

Serves the demonstration, opens each page as the person who works there, and prints accessibility, performance and
best practices (0 to 1). Exits with 1 when a page falls below accessibility 0.95 or performance 0.9. Lighthouse itself
is no part of the project; install it anywhere (`npm install lighthouse`) and name its program.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from pages import OTHERS, PAGES
from screenshots import ARGS, PASSWORD, demonstration

LEAST = {"accessibility": 0.95, "performance": 0.9}
CATEGORIES = ("accessibility", "performance", "best-practices")
# On a busy machine Lighthouse now and then misses the beginning of the page.
TRIES = 3
PHONE = {"phone-sign-in": "/phone", "phone": "/phone"}


def cookie_of(address: str, name: str) -> str:
    """Sign in and return the cookie."""
    body = json.dumps({"name": name, "password": PASSWORD}).encode()
    headers = {"X-Reprieve": "1", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/api/sign-in", body, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers["Set-Cookie"].split(";")[0]


def a_patient(address: str, cookie: str) -> str:
    """Return a patient of today's list who has a session and a forecast."""
    request = urllib.request.Request(f"{address}/api/today", headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=60) as answer:
        rows = json.load(answer)["rows"]
    return next(row["patient_id"] for row in rows if row["last_session"] and row["chance_faded"] is not None)


def scores(program: str, url: str, cookie: str | None, *, phone: bool) -> dict[str, float]:
    """Run Lighthouse once; the patient's page as on a slow phone, the clinic's as on a desk."""
    command = [program, url, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"]
    command += [f"--chrome-flags=--headless=new {' '.join(ARGS)}"]
    if not phone:
        command.append("--preset=desktop")
    if cookie:
        command.append("--extra-headers=" + json.dumps({"Cookie": cookie}))
    report = _report(command, url)
    for name, audit in report["audits"].items():
        if audit.get("score") is not None and audit["score"] < 0.9 and audit.get("scoreDisplayMode") == "binary":
            print(f"    {name}: {audit['title']}", file=sys.stderr)
    return {name: report["categories"][name]["score"] or 0.0 for name in CATEGORIES}


def _report(command: list[str], url: str) -> dict[str, Any]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
    fault: list[str] = []
    for _ in range(TRIES):
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "CHROME_PATH": chromium})
        if done.returncode == 0:
            return json.loads(done.stdout)
        fault = done.stderr.strip().splitlines()[-1:]
    raise SystemExit(f"Lighthouse failed for {url}: {fault}")


def main() -> int:
    """Print the scores of the pages that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default="lighthouse")
    parser.add_argument("--address", help="a server that runs already")
    parser.add_argument("--only", action="append", default=[])
    args = parser.parse_args()
    if args.address:
        return _all(args.program, args.address.rstrip("/"), set(args.only))
    with demonstration() as address:
        return _all(args.program, address, set(args.only))


def _all(program: str, address: str, only: set[str]) -> int:
    patient = a_patient(address, cookie_of(address, "injector"))
    low = 0
    for name, route in {"sign-in": "/", **PAGES, **PHONE}.items():
        if only and name not in only:
            continue
        phone = name in PHONE
        person = None if name.endswith("sign-in") else "patient" if phone else OTHERS.get(name, "injector")
        cookie = cookie_of(address, person) if person else None
        found = scores(program, address + route.format(patient=patient), cookie, phone=phone)
        low += any(found[category] < least for category, least in LEAST.items())
        print(f"{name:15}" + "".join(f"{category} {found[category]:.2f}   " for category in CATEGORIES), flush=True)
    return 1 if low else 0


if __name__ == "__main__":
    raise SystemExit(main())
