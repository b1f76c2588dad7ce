"""Answers to the terminal: one JSON document, or text for a person."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from reprieve.core.documents import as_json


def print_json(value: Any) -> None:
    """Write `value` as one JSON document to standard output."""
    json.dump(as_json(value), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_table(rows: Sequence[Sequence[object]], head: Sequence[str]) -> None:
    """Write `rows` under `head` in aligned columns; None prints as an en dash, never as 0."""
    texts = [[("–" if cell is None else str(cell)) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(head), *texts]) for i in range(len(head))]
    for line in [list(head), ["-" * width for width in widths], *texts]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
