"""Charts out of a table of another program, read by a mapping file: which column is what.

Made for diaries such as DystoniaDiary: one row a day with scores from 0 to 100, a questionnaire now and then.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from reprieve.app.transfer.tables import read_table, without_guard
from reprieve.core.dose import is_plainly_written
from reprieve.core.errors import DocumentError
from reprieve.record.chart import Chart, ChartPatient, Condition, DiaryEntry, Rating, Symptom
from reprieve.record.plan import Exposure

WORST = Decimal(10)
# A tenth of the smallest step of a scale from 0 to 1000.
FINEST = Decimal("0.001")
# Days that a format must give back, and no two formats of a mapping may read differently.
_PROBES = (date(2024, 2, 29), date(2026, 4, 3), date(2011, 10, 12))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreColumn:
    """A column of scores and the range it uses; the diary here goes from 0 (none) to 10 (worst).

    `lowest_is_best` False says that the lowest figure is the worst.
    """

    column: str
    lowest: Decimal = Decimal(0)
    highest: Decimal = WORST
    lowest_is_best: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryMapping:
    """Where a diary entry stands in a row; a row without any answer is no entry."""

    date: str
    severity: ScoreColumn | None = None
    pain: ScoreColumn | None = None
    function: ScoreColumn | None = None
    mood: ScoreColumn | None = None
    sleep: ScoreColumn | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingMapping:
    """Where a rating stands: `scale` is the scale's own name, the rest are columns."""

    date: str
    scale: str
    total: str | None = None
    items: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomMapping:
    """Where a side effect stands; `words` translates the table's words into the record's."""

    date: str
    symptom: str
    resolved: str | None = None
    words: dict[str, str] = field(default_factory=dict)
    seriousness: Literal["mild", "moderate", "severe", "serious"] = "mild"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureMapping:
    """Where a treatment with toxin stands; `products` translates the table's words into nonproprietary names."""

    date: str
    product: str
    products: dict[str, str]
    units: str | None = None
    indication: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvMapping:
    """The mapping file: columns of the table, how it writes dates and what it leaves empty."""

    patient: str
    diary: tuple[DiaryMapping, ...] = ()
    ratings: tuple[RatingMapping, ...] = ()
    symptoms: tuple[SymptomMapping, ...] = ()
    exposures: tuple[ExposureMapping, ...] = ()
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    delimiter: str = ","
    decimal_comma: bool = False
    missing: tuple[str, ...] = ("", "NA", "NaN")
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class _Cells:
    """One row, read as its mapping says; a fault names file, line and column."""

    row: Mapping[str, str]
    mapping: CsvMapping
    place: str

    def text(self, column: str | None) -> str | None:
        if column is None:
            return None
        if column not in self.row:
            known = ", ".join(list(self.row)[:12])
            raise DocumentError(f"{self.place}: there is no column {column!r}; the table has {known}")
        cell = without_guard(self.row[column]).strip()
        return None if cell in self.mapping.missing else cell

    def number(self, column: str | None) -> Decimal | None:
        cell = self.text(column)
        if cell is None:
            return None
        if self.mapping.decimal_comma and "." in cell:
            # 1.000 may be one or a thousand there; a dose is not guessed.
            raise DocumentError(
                f"{self.place}: {column} = {cell[:40]!r} has a point, but the mapping says decimal comma; write it "
                "without grouping, or correct the mapping"
            )
        try:
            told = Decimal(cell.replace(",", ".") if self.mapping.decimal_comma else cell)
        except InvalidOperation:
            told = Decimal("NaN")
        if not is_plainly_written(cell) or not told.is_finite() or abs(told.adjusted()) > 9 or len(cell) > 30:
            raise DocumentError(f"{self.place}: {column} = {cell[:40]!r} is no number; correct it")
        return told

    def day(self, column: str | None) -> date | None:
        cell = self.text(column)
        if cell is None:
            return None
        for shape in self.mapping.date_formats:
            day = _as_day(cell, shape)
            if day is not None:
                return day
        shapes = " or ".join(self.mapping.date_formats)
        raise DocumentError(f"{self.place}: {column} = {cell[:40]!r} is no date as {shapes}; correct it")

    def score(self, told: ScoreColumn | None) -> Decimal | None:
        value = self.number(told.column) if told else None
        if told is None or value is None:
            return None
        if not told.lowest <= value <= told.highest:
            raise DocumentError(
                f"{self.place}: {told.column} = {value} must lie between {told.lowest} and {told.highest}; correct it"
            )
        share = (value - told.lowest) * WORST / (told.highest - told.lowest)
        share = share if told.lowest_is_best else WORST - share
        return share.quantize(FINEST).normalize() + 0


def read_mapped(path: Path, mapping: CsvMapping) -> list[Chart]:
    """Return the charts told by the table at `path`, patients in the order of their first row.

    Raises
    ------
    DocumentError
        In one line: which line, which column, what was expected.
    """
    _check(mapping)
    found: dict[str, dict[str, list[Any]]] = {}
    for line, row in read_table(path, delimiter=mapping.delimiter):
        cells = _Cells(row, mapping, f"{path.name}, line {line}")
        patient = cells.text(mapping.patient)
        if patient is None:
            raise DocumentError(f"{cells.place}: {mapping.patient} is empty; each row needs its patient")
        fields = found.setdefault(patient, defaultdict(list))
        for name, entry in _entries(cells, mapping):
            fields[name].append(entry)
    if not found:
        raise DocumentError(f"{path.name} has no row; give a table with at least one")
    return [_chart(patient, fields, mapping) for patient, fields in found.items()]


def _check(mapping: CsvMapping) -> None:
    if not (mapping.diary or mapping.ratings or mapping.symptoms or mapping.exposures):
        raise DocumentError("the mapping names no diary, ratings, symptoms or exposures; say which column is what")
    _check_date_formats(mapping.date_formats)
    if len(mapping.delimiter) != 1 or mapping.delimiter in '"\r\n':
        raise DocumentError(f"delimiter must be one sign, but got {mapping.delimiter[:10]!r}; correct the mapping")
    for diary in mapping.diary:
        for told in (diary.severity, diary.pain, diary.function, diary.mood, diary.sleep):
            if told is not None and not told.lowest < told.highest:
                raise DocumentError(f"{told.column}: lowest must lie below highest; correct the mapping")


def _check_date_formats(shapes: tuple[str, ...]) -> None:
    """Refuse a format that does not tell a whole date, and two that read one text as two days."""
    if not shapes:
        raise DocumentError('date_formats of the mapping is empty; give at least one, such as ["%d.%m.%Y"]')
    for shape in shapes:
        if any(_as_day(_cell(day, shape), shape) != day for day in _PROBES):
            raise DocumentError(
                f"date_formats: {shape[:40]!r} does not tell day, month and year once each; write it like %d.%m.%Y"
            )
    for one in shapes:
        for other in shapes:
            for day in _PROBES:
                if _as_day(_cell(day, one), other) not in (day, None):
                    raise DocumentError(
                        f"date_formats: {_cell(day, one)} is another day by {one!r} than by {other!r}; give the one "
                        "that the table uses"
                    )


def _cell(day: date, shape: str) -> str:
    try:
        return day.strftime(shape)
    except ValueError:  # such as half a sign
        return ""


def _as_day(cell: str, shape: str) -> date | None:
    try:
        return datetime.strptime(cell, shape).date()
    except (ValueError, re.error):  # a field that stands twice is an error of the pattern
        return None


def _chart(patient: str, fields: dict[str, list[Any]], mapping: CsvMapping) -> Chart:
    conditions = () if mapping.condition is None else (Condition(condition=mapping.condition),)
    entries: dict[str, Any] = {name: tuple(rows) for name, rows in fields.items()}
    return Chart(patient=ChartPatient(id=patient), conditions=conditions, **entries)


def _entries(cells: _Cells, mapping: CsvMapping) -> list[tuple[str, Any]]:
    makers: list[tuple[str, tuple[Any, ...], Callable[[_Cells, Any], Any]]] = [
        ("diary", mapping.diary, _diary),
        ("ratings", mapping.ratings, _rating),
        ("symptoms", mapping.symptoms, _symptom),
        ("exposures", mapping.exposures, _exposure),
    ]
    told = [(name, make(cells, one)) for name, ones, make in makers for one in ones]
    return [(name, entry) for name, entry in told if entry is not None]


def _needed_day(cells: _Cells, column: str) -> date:
    day = cells.day(column)
    if day is None:
        raise DocumentError(f"{cells.place}: {column} is empty, but the row tells something; add the date")
    return day


def _diary(cells: _Cells, told: DiaryMapping) -> DiaryEntry | None:
    answers: dict[str, Any] = {
        name: cells.score(getattr(told, name)) for name in ("severity", "pain", "function", "mood", "sleep")
    }
    note = cells.text(told.note)
    if note is None and all(answer is None for answer in answers.values()):
        return None
    return DiaryEntry(date=_needed_day(cells, told.date), note=note, **answers)


def _rating(cells: _Cells, told: RatingMapping) -> Rating | None:
    total = cells.number(told.total)
    items = {item: value for item, column in told.items.items() if (value := cells.number(column)) is not None}
    if total is None and not items:
        return None
    return Rating(date=_needed_day(cells, told.date), scale=told.scale, total=total, items=items or None)


def _symptom(cells: _Cells, told: SymptomMapping) -> Symptom | None:
    word = cells.text(told.symptom)
    if word is None:
        return None
    return Symptom(
        date=_needed_day(cells, told.date),
        symptom=told.words.get(word, word),
        seriousness=told.seriousness,
        resolved=cells.day(told.resolved),
    )


def _exposure(cells: _Cells, told: ExposureMapping) -> Exposure | None:
    word = cells.text(told.product)
    if word is None:
        return None
    if word not in told.products:
        raise DocumentError(
            f"{cells.place}: {told.product} = {word[:40]!r} is not in products of the mapping; "
            "name the product it stands for, units mean nothing without it"
        )
    return Exposure(
        date=_needed_day(cells, told.date),
        product=told.products[word],
        indication=told.indication,
        units=cells.number(told.units),
    )
