"""The shipped data files: where they lie and how they are read."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"


def read_json(name: str) -> Any:
    """Return the content of the compiled file `name` (``anatomy/muscles.json``)."""
    return json.loads((DATA / name).read_bytes())


def read_text(name: str) -> str:
    """Return the text of the file `name`."""
    return (DATA / name).read_text(encoding="utf-8")


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of the table `name`; lines that begin with ``#`` are comments."""
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(line for line in stream if not line.startswith("#"))
