"""The house stands: floors, public names, commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reprieve.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]


def test_imports_go_down() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_contract_has_help(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reprieve", name, "--help"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "--json" in done.stdout


def test_no_conversion_between_products_exists_anywhere() -> None:
    # S3: a function that turns units of one product into another must not exist, under any name that would say so.
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for word in (
            "def convert_units",
            "def convert_dose",
            "def equivalent_dose",
            "def to_product",
            "def equivalent_units",
        ):
            assert word not in text, f"{path} has {word}"


def test_the_package_imports_without_heavy_libraries() -> None:
    code = (
        "import sys, reprieve\n"
        "heavy = {'numpy', 'scipy', 'pydantic', 'fastapi', 'sqlalchemy', 'pandas', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
