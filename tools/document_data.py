"""Write docs/reference/documents.md and formulary.md from types and data. Run: python tools/document_data.py"""

from __future__ import annotations

import dataclasses
import inspect
import re
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from reprieve.app.schemas import DOCUMENTS as SCHEMAS
from reprieve.core.dose import plain
from reprieve.record.chart import Chart
from reprieve.record.plan import Plan
from reprieve.reference.formulary.limit_row import LimitRow
from reprieve.reference.formulary.limits import limit_rows

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
DOCUMENTS, FORMULARY = FOLDER / "documents.md", FOLDER / "formulary.md"
_DOCUMENTS_HEAD = """# Documents

Written by `tools/document_data.py` from the types. `reprieve schema NAME` prints the JSON Schema of each document that
a command or the server reads; what it refuses they refuse, with one line.

{documents}

Decimals are strings (`"62.5"`), dates are ISO. A field that is missing means "not told", never zero and never "none".
Unknown fields are refused, and so is a field told twice. Below are the two that hold a patient: plan and chart.
"""
_FORMULARY_HEAD = """# Limits

Written by `tools/document_data.py` from the reference data: the limits that `reprieve check` knows, by product.
Units of two products are not interchangeable.

A limit blocks only where the number itself was seen in the document named (*checked*) and that document is a label, a
label reprint, a manufacturer's page or a compendium. Any other number warns and says that it is not verified. No row is
no permission. `reprieve reference show ID` shows a row with its note; a clinic can confirm, correct or withdraw rows.
"""


def documents_page() -> str:
    """Return the page on plan and chart documents."""
    kinds: dict[str, type] = {}
    for kind in (Plan, Chart):
        _collect(kind, kinds)
    rows = [f"| `{name}` | {kind.read_by} |" for name, kind in SCHEMAS.items()]
    table = "\n".join(["| document | read by |", "| --- | --- |", *rows])
    return _DOCUMENTS_HEAD.replace("{documents}", table) + "".join(_document(kind) for kind in kinds.values())


def _collect(hint: Any, kinds: dict[str, type]) -> None:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and hint.__name__ not in kinds:
        kinds[hint.__name__] = hint
        for part in get_type_hints(hint).values():
            _collect(part, kinds)
    for part in get_args(hint):
        _collect(part, kinds)


def _document(kind: type) -> str:
    hints = get_type_hints(kind)
    text = inspect.cleandoc(kind.__doc__ or "").split("\n\nAttributes")[0]
    lines = [f"\n## {kind.__name__}\n", text, "", "| field | value | may be missing |", "| --- | --- | --- |"]
    for field in dataclasses.fields(kind):
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        lines.append(f"| `{field.name}` | {_words(hints[field.name])} | {'no' if needed else 'yes'} |")
    return "\n".join(lines) + "\n"


def _words(hint: Any) -> str:
    parts = [part for part in get_args(hint) if part not in (type(None), Ellipsis)]
    name = getattr(hint, "__name__", str(hint))
    origin = get_origin(hint)
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin is tuple:
        return f"list of {_words(parts[0])}"
    if origin is dict:
        return f"mapping of {_words(parts[0])} to {_words(parts[1])}"
    if parts:
        return " or ".join(_words(part) for part in parts)
    told = {"str": "text", "int": "whole number", "float": "number", "Decimal": "decimal", "bool": "true or false"}
    if dataclasses.is_dataclass(hint):
        return f"[{name}](#{name.lower()})"
    return told.get(name, {"date": "date", "datetime": "date and time"}.get(name, name))


def formulary_page() -> str:
    """Return the page of limit rows."""
    rows = sorted(limit_rows().values(), key=lambda row: (row.product, row.id))
    text = _FORMULARY_HEAD
    for product, group in groupby(rows, key=lambda row: row.product):
        text += f"\n## {product}\n\n| row | for | limit | source | checked |\n| --- | --- | --- | --- | --- |\n"
        text += "".join(_limit(row) for row in group)
    return text


def _limit(row: LimitRow) -> str:
    conditions = ", ".join(condition.replace("_", " ") for condition in row.conditions) or "any use"
    places = f" ({', '.join(row.jurisdictions)})" if row.jurisdictions else ""
    ages = "" if row.age_low is None and row.age_high is None else f"; {_ages(row)}"
    cells = (
        f"`{row.id}`",
        f"{conditions}{places}: {row.scope}{ages}",
        _figure(row),
        f"{row.source.key} ({row.source.grade.replace('_', ' ')})",
        "yes" if row.source.checked else "**no**",
    )
    return "| " + " | ".join(re.sub(r"\s*\|\s*", " / ", cell) for cell in cells) + " |\n"


def _ages(row: LimitRow) -> str:
    if row.age_low is None:
        return f"up to {plain(row.age_high)} years" if row.age_high is not None else ""
    return f"from {plain(row.age_low)} years" + ("" if row.age_high is None else f" to {plain(row.age_high)}")


def _figure(row: LimitRow) -> str:
    told = [] if row.low is None else [f"at least {plain(row.low)}"]
    told += [] if row.high is None else [f"at most {plain(row.high)}"]
    figure = f"{' and '.join(told)} {row.unit}" if told else "–"
    if row.absolute is not None:
        figure += f", never more than {plain(row.absolute)} units"
    if row.window is not None:
        figure += f" in {plain(row.window.count)} {row.window.unit}"
    return figure


if __name__ == "__main__":
    DOCUMENTS.write_text(documents_page(), encoding="utf-8")
    FORMULARY.write_text(formulary_page(), encoding="utf-8")
