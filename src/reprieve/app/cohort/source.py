"""Where a cohort comes from: chart documents, the research set, or tidy scores; each read one partition at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from reprieve.app.cohort.cycles import (
    BEFORE_DAYS,
    PLACEBO,
    CohortCycle,
    CohortPatient,
    CycleScore,
    DatedScore,
    DatedSession,
    DatedSymptom,
    cut_cycles,
    cycles_of_charts,
)
from reprieve.app.response.partition_files import KINDS, partition_records, partition_rows
from reprieve.core.dates import iso_day
from reprieve.core.dose import is_plainly_written
from reprieve.core.errors import InputError
from reprieve.learn.tidy import TidyRow
from reprieve.record.chart import Chart

Kind = Literal["charts", "research set", "scores"]
LINES = (".ndjson", ".jsonl")
CHARTS = (".json", *LINES)
# What is needed of each table of a research set; the other columns may be missing.
RESEARCH_COLUMNS = {
    "cycles": ("patient", "cycle", "date", "product", "units"),
    "scores": ("patient", "date", "score", "scale"),
    "injections": ("patient", "cycle", "muscle", "units"),
    "symptoms": ("patient", "date", "symptom"),
}


@dataclass(frozen=True, slots=True)
class CohortPart:
    """One partition: a file of charts or of scores, or the folder of one research set."""

    kind: Kind
    path: str

    @property
    def name(self) -> str:
        """What messages call it."""
        return Path(self.path).name

    def patients(self) -> Iterator[CohortPatient]:
        """Yield the patients."""
        read = {"charts": _from_charts, "research set": _from_research_set, "scores": _from_scores}[self.kind]
        yield from read(Path(self.path))


def cohort_parts(source: str | Path) -> list[CohortPart]:
    """Return the partitions at `source`.

    Parameters
    ----------
    source : path
        A file of chart documents (``.json``, ``.ndjson``, ``.jsonl``, ``-`` is standard input) or of tidy scores
        (``.csv``, ``.parquet``); the folder of a research set; or a folder of any of these.

    Raises
    ------
    InputError
        If nothing of the kind is there.
    """
    if str(source) == "-":
        return [CohortPart("charts", "-")]
    place = Path(source).expanduser()
    if not place.exists():
        raise InputError(f"cannot read {source}: no such file or folder; check the path")
    found = _part(place)
    if found is not None:
        return [found]
    parts = [part for entry in sorted(place.iterdir()) if (part := _part(entry)) is not None] if place.is_dir() else []
    if not parts:
        raise InputError(
            f"{source} is no cohort; give chart documents (.json, .ndjson), tidy scores (.csv, .parquet), the folder "
            "of a research set, or a folder of these"
        )
    kinds = {part.kind for part in parts}
    if len(kinds) > 1:
        raise InputError(f"{source} mixes {' and '.join(sorted(kinds))}; give each kind its own folder")
    return parts


def _part(place: Path) -> CohortPart | None:
    if place.name.startswith(".") or place.name == "manifest.json":
        return None
    if place.is_dir():
        return CohortPart("research set", str(place)) if _table(place, "cycles") else None
    if place.suffix in CHARTS:
        return CohortPart("charts", str(place))
    return CohortPart("scores", str(place)) if place.suffix in KINDS else None


def _table(folder: Path, name: str) -> Path | None:
    return next((folder / f"{name}{kind}" for kind in KINDS if (folder / f"{name}{kind}").is_file()), None)


def _from_charts(path: Path) -> Iterator[CohortPatient]:
    from reprieve.app.documents import read_text
    from reprieve.app.transfer.charts import read_charts

    if path.suffix in LINES:
        yield from cycles_of_charts(_chart_lines(path))
        return
    where = "standard input" if str(path) == "-" else path.name
    yield from cycles_of_charts(read_charts(read_text(str(path)), where))


def _chart_lines(path: Path) -> Iterator[Chart]:
    """Yield one chart a line, without holding the file: a registry is larger than any document."""
    from reprieve.app.documents import parse

    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield parse(Chart, line, f"{path.name}, line {number}")
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is no UTF-8 text; give one chart document a line") from None


def _from_research_set(folder: Path) -> Iterator[CohortPatient]:
    sessions, scores, injections, symptoms = (_grouped(folder, name) for name in RESEARCH_COLUMNS)
    tells_symptoms = _table(folder, "symptoms") is not None
    for patient, rows in sessions.items():
        muscles = _muscles(injections.get(patient, []))
        dated = [
            DatedSession(
                on=_date(row, "date"),
                product=_word(row, "product"),
                units=_decimal(row, "units"),
                indication=_word(row, "indication"),
                centre=_word(row, "centre") or _word(row, "site"),
                muscles=muscles.get(str(row.get("cycle"))),
            )
            for row in rows
        ]
        told = [
            DatedScore(_date(row, "date"), float(score), str(row["scale"]))
            for row in scores.get(patient, [])
            if (score := _decimal(row, "score")) is not None
        ]
        effects = [DatedSymptom(_date(row, "date"), str(row["symptom"])) for row in symptoms.get(patient, [])]
        yield CohortPatient(patient, cut_cycles(dated, told, effects if tells_symptoms else None))


def _grouped(folder: Path, name: str) -> dict[str, list[dict[str, Any]]]:
    path = _table(folder, name)
    rows: dict[str, list[dict[str, Any]]] = {}
    if path is not None:
        for _, record in partition_records(path, needed=RESEARCH_COLUMNS[name]):
            rows.setdefault(str(record["patient"]), []).append(record)
    return rows


def _muscles(rows: list[dict[str, Any]]) -> dict[str, dict[str, Decimal]]:
    found: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        cycle, units = found.setdefault(str(row.get("cycle")), {}), _decimal(row, "units")
        if units is not None:
            cycle[str(row["muscle"])] = cycle.get(str(row["muscle"]), Decimal(0)) + units
    return found


def _from_scores(path: Path) -> Iterator[CohortPatient]:
    yield from patients_of_rows(partition_rows(path))


def patients_of_rows(rows_of_all: Iterable[TidyRow]) -> Iterator[CohortPatient]:
    """Yield the patients of tidy scores."""
    by_patient: dict[str, dict[str, list[TidyRow]]] = {}
    for row in rows_of_all:
        by_patient.setdefault(row.patient, {}).setdefault(row.cycle, []).append(row)
    for patient, cycles in by_patient.items():
        rows = list(cycles.values())
        dated = all(any(row.date is not None for row in cycle) for cycle in rows)
        yield CohortPatient(patient, _dated_cycles(rows) if dated else _undated_cycles(rows))


def _dated_cycles(cycles: list[list[TidyRow]]) -> tuple[CohortCycle, ...]:
    sessions, scores = [], []
    for rows in cycles:
        start = next(row.date - timedelta(days=round(7 * row.week)) for row in rows if row.date is not None)
        product, units = _treatment(rows)
        centre = next((row.site for row in rows if row.site is not None), None)
        sessions.append(DatedSession(on=start, product=product, units=units, centre=centre))
        for row in rows:
            if row.score is not None:
                on = row.date or start + timedelta(days=round(7 * row.week))
                scores.append(DatedScore(on, row.score, row.scale or "score"))
    return cut_cycles(sessions, scores, None)


def _undated_cycles(cycles: list[list[TidyRow]]) -> tuple[CohortCycle, ...]:
    """Without dates nobody knows when the next session was: durations stay unknown, effects within a cycle do not."""
    found = []
    for number, rows in enumerate(cycles, 1):
        product, units = _treatment(rows)
        scores = [
            CycleScore(7 * row.week, row.score, row.scale or "score")
            for row in rows
            if row.score is not None and 7 * row.week >= -BEFORE_DAYS
        ]
        found.append(
            CohortCycle(
                number=number,
                product=product,
                units=units,
                centre=next((row.site for row in rows if row.site is not None), None),
                scores=tuple(sorted(scores, key=lambda one: one.day)),
            )
        )
    return tuple(found)


def _treatment(rows: list[TidyRow]) -> tuple[str | None, Decimal | None]:
    product = next((row.product for row in rows if row.product is not None), None)
    units = next((row.units for row in rows if row.units is not None), None)
    if units == 0 or (product or "").casefold() == PLACEBO:
        return PLACEBO, Decimal(0)
    return product, None if units is None else Decimal(repr(units))


def _word(row: dict[str, Any], column: str) -> str | None:
    text = str(row.get(column) if row.get(column) is not None else "").strip()
    return text or None


def _date(row: dict[str, Any], column: str) -> date:
    value = row.get(column)
    # Parquet has dates and times; a time is a date as well to Python, and the two cannot be subtracted.
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else iso_day(str(value).strip(), column)


def _decimal(row: dict[str, Any], column: str) -> Decimal | None:
    text = _word(row, column)
    try:
        number = None if text is None else Decimal(text if is_plainly_written(text) else "NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if number is not None and not number.is_finite():
        raise InputError(f"{column} must be a number, but got {text!r}; correct it")
    return number
