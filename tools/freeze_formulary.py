#!/usr/bin/env python3
"""Write tests/golden/formulary_rows.csv: every limit and published dose as it stands, with its source.

A test compares the shipped rows with that file, so no number changes unseen. Run this after a row was changed on
purpose; when a figure changed, its source, its `checked` mark or its note must have changed too, or this tool refuses
(S25).
"""

from __future__ import annotations

import csv
import sys
from decimal import Decimal
from pathlib import Path

from reprieve.core.dose import plain
from reprieve.reference.formulary.limits import limit_rows
from reprieve.reference.formulary.literature import literature_doses

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden" / "formulary_rows.csv"
FIGURES = ("low", "high", "unit", "absolute", "window", "sites", "multiplier", "blocks")
BASIS = ("source", "checked", "note")
COLUMNS = ("id", *FIGURES, *BASIS)


def rows() -> dict[str, dict[str, str]]:
    """Return every row as text, by id."""
    table = {}
    for row in limit_rows().values():
        table[row.id] = _row(
            row.id, row.low, row.high, row.unit, row.absolute, row.window.words if row.window else "",
            f"{row.sites_low}-{row.sites_high}" if row.sites_low is not None else "", row.multiplier, row.blocks,
            row.source.key, row.source.checked, row.note,
        )  # fmt: skip
    for dose in literature_doses():
        sites = f"{dose.sites_low}-{dose.sites_high}" if dose.sites_low is not None else ""
        table[dose.id] = _row(
            dose.id, dose.low, dose.high, dose.unit, dose.start, "", sites, None, False, dose.source.key,
            dose.source.checked, dose.note,
        )  # fmt: skip
    return table


def _row(*values: object) -> dict[str, str]:
    return dict(zip(COLUMNS, map(_text, values), strict=True))


def _text(value: object) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal) else str(value)


def frozen() -> dict[str, dict[str, str]]:
    """Return the rows of the golden file, by id."""
    if not GOLDEN.exists():
        return {}
    with GOLDEN.open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


def unsourced_changes(now: dict[str, dict[str, str]], before: dict[str, dict[str, str]]) -> list[str]:
    """Return the rows whose figures changed while nothing behind them did."""
    return [
        key
        for key, row in now.items()
        if key in before
        and any(row[name] != before[key][name] for name in FIGURES)
        and all(row[name] == before[key][name] for name in BASIS)
    ]


def main() -> int:
    """Write, or refuse."""
    now = rows()
    bare = unsourced_changes(now, frozen())
    if bare:
        print(f"figures changed without a change of source, checked or note: {', '.join(bare)}")
        return 1
    with GOLDEN.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(now.values())
    print(f"{len(now)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
