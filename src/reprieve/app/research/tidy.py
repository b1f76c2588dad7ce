"""Charts out of a research set: the tidy tables back into a record."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from reprieve.app.documents import parse
from reprieve.app.research.tables import TABLES, VERSION, column_types
from reprieve.app.transfer.tables import read_table, without_guard
from reprieve.core.dates import iso_date
from reprieve.core.documents import as_json
from reprieve.core.dose import is_plainly_written, plain
from reprieve.core.errors import DocumentError, InputError, SetupError
from reprieve.core.once import first_twice
from reprieve.record.chart import Chart

Row = dict[str, Any]
# Tables that hold nothing beside what the others tell.
DERIVED = frozenset({"scores"})


def read_tidy_set(folder: Path) -> list[Chart]:
    """Return the charts told by the research set in `folder`.

    Birth dates, names, notes and lots are not in a set, so they are unknown in the charts.

    Raises
    ------
    DocumentError
        In one line: which table, which line, which column.
    """
    _check_version(folder)
    tables = {name: _rows(folder, name) for name in TABLES if name not in DERIVED}
    patients = [row["patient"] for row in tables["patients"]]
    if not patients:
        raise DocumentError(f"{folder.name} tells no patient; give the folder of a research set")
    twice, known = first_twice(patients), set(patients)
    if twice is not None:
        raise DocumentError(f"{folder.name}, patients: {twice!r} stands twice; give each patient once")
    grouped: dict[str, dict[str, list[Row]]] = {name: defaultdict(list) for name in tables}
    for name, rows in tables.items():
        for row in rows:
            if row["patient"] not in known:
                raise DocumentError(f"{folder.name}, {name}: patient {row['patient']!r} is not in patients; add a row")
            grouped[name][row["patient"]].append(row)
    return [_chart(key, {name: rows[key] for name, rows in grouped.items()}, folder.name) for key in patients]


def _check_version(folder: Path) -> None:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        version = manifest["version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f"{folder} has no manifest of a research set; give a folder that `export` wrote") from None
    if version != VERSION:
        raise InputError(
            f"{folder.name} is version {str(version)[:20]!r} of the research set, this program reads {VERSION!r}; "
            "export it again"
        )


def _rows(folder: Path, name: str) -> list[Row]:
    parquet = folder / f"{name}.parquet"
    told = _parquet_rows(parquet) if parquet.is_file() else _csv_rows(folder / f"{name}.csv", name)
    return list(told)


def _csv_rows(path: Path, name: str) -> Iterator[Row]:
    types = column_types(TABLES[name])
    for line, row in read_table(path):
        place = f"{path.name}, line {line}"
        for column in types:
            if column not in row:
                raise DocumentError(f"{path.name} lacks the column {column}; it needs {', '.join(types)}")
        yield {
            column: _value(without_guard(row[column]), *kind, f"{place}: {column}") for column, kind in types.items()
        }


def _value(text: str, kind: type, may_be_empty: bool, place: str) -> Any:
    if text == "":
        if may_be_empty:
            return None
        raise DocumentError(f"{place} is empty; it must be told")
    try:
        if kind is bool:
            return {"True": True, "False": False, "true": True, "false": False}[text]
        if kind is Decimal:
            number = Decimal(text)
            if not is_plainly_written(text) or not number.is_finite() or len(text) > 40 or abs(number.adjusted()) > 20:
                raise ValueError
            return number
        if kind is date:
            return iso_date(text)
        if kind is int:
            return int(text) if len(text) < 12 and is_plainly_written(text) else _refuse()
        if kind is float:
            figure = float(text)
            return figure if math.isfinite(figure) and is_plainly_written(text) else _refuse()
    except (ValueError, KeyError, InvalidOperation):
        raise DocumentError(f"{place} = {text[:40]!r} is no {kind.__name__.lower()}; correct it") from None
    return text


def _refuse() -> Any:
    raise ValueError


def _parquet_rows(path: Path) -> Iterator[Row]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise SetupError("Parquet needs pyarrow; install reprieve[frames], or export as csv") from None
    types = column_types(TABLES[path.stem])
    try:
        table = pyarrow.parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise DocumentError(f"{path.name} is no Parquet file ({str(error)[:80]}); export it again") from None
    for column in types:
        if column not in table.column_names:
            raise DocumentError(f"{path.name} lacks the column {column}; it needs {', '.join(types)}")
    for number, row in enumerate(table.to_pylist(), 1):
        place = f"{path.name}, row {number}"
        yield {column: _typed(row[column], *kind, f"{place}: {column}") for column, kind in types.items()}


def _typed(value: Any, kind: type, may_be_empty: bool, place: str) -> Any:
    if value is None and may_be_empty:
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise DocumentError(f"{place} = {str(value)[:40]!r} is no {kind.__name__.lower()}; correct it")
    return value.normalize() if isinstance(value, Decimal) else value


def _chart(key: str, tables: dict[str, list[Row]], where: str) -> Chart:
    patient = tables["patients"][0]
    told = {
        "patient": {"id": key, "sex": patient["sex"], "exposure_history": patient["exposure_history"]},
        "conditions": _without(tables["conditions"]),
        "exposures": _without(tables["exposures"]),
        "sessions": _sessions(key, tables),
        "ratings": _ratings(key, tables),
        "diary": _without(tables["diary"]),
        "symptoms": [_symptom(row) for row in tables["symptoms"]],
        "assessments": _assessments(tables),
    }
    return parse(Chart, _json(told), f"{where}, patient {key!r}")


def _json(value: Any) -> str:
    return json.dumps(as_json(value))


def _without(rows: list[Row], *names: str) -> list[Row]:
    return [{key: value for key, value in row.items() if key not in ("patient", *names)} for row in rows]


def _sessions(key: str, tables: dict[str, list[Row]]) -> list[Row]:
    injections: dict[int, list[Row]] = defaultdict(list)
    for row in tables["injections"]:
        injections[row["cycle"]].append(row)
    _each_once(key, "cycles", "cycle", tables)
    known = {row["cycle"]: row for row in tables["cycles"]}
    for cycle, rows in injections.items():
        if cycle not in known or any(row["product"] != known[cycle]["product"] for row in rows):
            raise DocumentError(f"injections of patient {key!r}: cycle {cycle} is not in cycles with that product")
    for cycle, row in known.items():
        # A row that was lost or changed on the way would leave another dose in the record than the one given.
        given = sum((entry["units"] for entry in injections[cycle]), Decimal(0))
        if given != row["units"]:
            raise DocumentError(
                f"cycles of patient {key!r}: cycle {cycle} tells {plain(row['units'])} units, but its injections make "
                f"{plain(given)}; correct the one or the other"
            )
    return [_session(row, injections[row["cycle"]]) for row in tables["cycles"]]


def _each_once(key: str, table: str, number: str, tables: dict[str, list[Row]]) -> None:
    """Refuse a number that stands twice: what hangs on it would be told twice."""
    twice = first_twice(row[number] for row in tables[table])
    if twice is not None:
        raise DocumentError(f"{table} of patient {key!r}: {number} {twice} stands twice; give each once")


def _session(row: Row, injections: list[Row]) -> Row:
    judged = [entry for entry in injections if entry["effect"] is not None]
    return {
        "date": row["date"],
        "product": row["product"],
        "indication": row["indication"],
        "injections": _without(injections, "cycle", "product", "effect"),
        "muscle_effects": [{name: entry[name] for name in ("muscle", "side", "effect")} for entry in judged],
    }


def _ratings(key: str, tables: dict[str, list[Row]]) -> list[Row]:
    _each_once(key, "ratings", "rating", tables)
    known = {row["rating"] for row in tables["ratings"]}
    items: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for row in tables["items"]:
        if row["rating"] not in known:
            raise DocumentError(f"items of patient {key!r}: rating {row['rating']} is not in ratings; add it")
        if row["item"] in items[row["rating"]]:
            raise DocumentError(f"items of patient {key!r}: {row['item']} of rating {row['rating']} stands twice")
        items[row["rating"]][row["item"]] = row["value"]
    return [
        {"date": row["date"], "scale": row["scale"], "total": row["total"], "items": items.get(row["rating"])}
        for row in tables["ratings"]
    ]


def _symptom(row: Row) -> Row:
    days = row["days"]
    if days is not None and not 0 <= days <= 40_000:
        raise DocumentError(f"symptoms of patient {row['patient']!r}: days = {days} must lie between 0 and 40000")
    try:
        resolved = None if days is None else row["date"] + timedelta(days=days)
    except OverflowError:
        raise DocumentError(
            f"symptoms of patient {row['patient']!r}: {row['date']} has no {days} days after it"
        ) from None
    names = ("date", "symptom", "seriousness", "muscle", "side")
    return {**{name: row[name] for name in names}, "resolved": resolved}


def _assessments(tables: dict[str, list[Row]]) -> list[Row]:
    found: dict[int, Row] = {}
    for name in ("postures", "emg"):
        for row in tables[name]:
            one = found.setdefault(row["assessment"], {"date": row["date"], "postures": [], "emg": []})
            one[name] += _without([row], "assessment", "date")
    return [found[number] for number in sorted(found)]
