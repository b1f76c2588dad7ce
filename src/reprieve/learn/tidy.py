"""Tidy score tables: rows of text or numbers to patients, with one clear line for whatever does not fit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from reprieve.core.dates import iso_day
from reprieve.core.dose import is_plainly_written
from reprieve.core.errors import ScoresError
from reprieve.core.once import first_twice
from reprieve.learn.observations import PLACEBO, Cycle, Other, PatientScores, patient_scores

NEEDED = ("patient", "cycle", "week", "score")
OPTIONAL = ("scale", "product", "units", "date", "site", "other")
SHORTEST_CYCLE_WEEKS = 12.0
LONGEST_WEEKS = 520.0


@dataclass(frozen=True, slots=True)
class TidyRow:
    """One score as a table gives it; `other` names other treatments under way then, with semicolons between."""

    patient: str
    cycle: str
    week: float
    score: float | None
    scale: str | None
    product: str | None
    units: float | None
    date: date | None
    site: str | None
    line: int
    other: str | None = None


def check_columns(columns: Sequence[str], where: str) -> None:
    """Raise `ScoresError` unless all needed columns are there, and none twice: readers differ in which they take."""
    twice = first_twice(name for name in columns if name)
    if twice is not None:
        raise ScoresError(f"{where}: the column {twice[:40]!r} stands twice; rename or remove one")
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        # A file of another kind has a patient's data where a table has names: only what looks like a name is told.
        told = [name for name in columns if re.fullmatch(r"[\w .-]{1,40}", name)][:20]
        raise ScoresError(
            f"{where} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"found: {', '.join(told) or 'none'}; needed: {', '.join(NEEDED)}; rename or add"
        )


def tidy_row(row: Mapping[str, Any], line: int, where: str) -> TidyRow:
    """Return one row of a table, checked; an empty score is a missed visit."""
    place = f"{where}, line {line}"
    patient, cycle = _text(row.get("patient")), _text(row.get("cycle"))
    if patient is None or cycle is None:
        raise ScoresError(f"{place}: patient or cycle is empty; every score needs both")
    week = _number(row.get("week"), "week", place)
    if week is None or not -LONGEST_WEEKS <= week <= LONGEST_WEEKS:
        raise ScoresError(f"{place}: week = {row.get('week')!r}; give weeks since the injection, -520 to 520")
    units = _number(row.get("units"), "units", place)
    if units is not None and not units >= 0:
        raise ScoresError(f"{place}: units = {units}; units are not negative, 0 is placebo")
    when = _text(row.get("date"))
    return TidyRow(
        patient,
        cycle,
        week,
        _number(row.get("score"), "score", place),
        _text(row.get("scale")),
        _text(row.get("product")),
        units,
        None if when is None else iso_day(when, f"{place}: date"),
        _text(row.get("site")),
        line,
        _text(row.get("other")),
    )


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(value).strip()
    return None if text in ("", "NA", "NaN", "nan", "None", "<NA>", "NaT") else text


def _number(value: Any, name: str, place: str) -> float | None:
    text = _text(value)
    if text is None:
        return None
    try:
        number = float(text) if is_plainly_written(text) else None
    except ValueError:
        number = None
    if number is None:
        raise ScoresError(f"{place}: {name} = {text!r} is no number; write it as 12 or 12.5")
    if not math.isfinite(number):
        raise ScoresError(f"{place}: {name} = {text!r} is not finite; leave a missing value empty")
    return number


def patients_of(rows: Iterable[TidyRow], where: str, *, default_scale: str) -> list[PatientScores]:
    """Return the patients of a tidy table, in the order of their first row.

    Raises
    ------
    ScoresError
        If weeks run backwards inside a cycle, or a cycle has two products or two doses.
    """
    by_patient: dict[str, dict[str, list[TidyRow]]] = {}
    for row in rows:
        by_patient.setdefault(row.patient, {}).setdefault(row.cycle, []).append(row)
    if not by_patient:
        raise ScoresError(f"{where} has no rows; give at least one score")
    return [_patient(name, cycles, where, default_scale) for name, cycles in by_patient.items()]


def _patient(name: str, cycles: dict[str, list[TidyRow]], where: str, default_scale: str) -> PatientScores:
    made: list[Cycle] = []
    weeks: list[float] = []
    scores: list[float] = []
    scales: list[str] = []
    under_way: dict[float, set[str]] = {}
    start, origin = 0.0, None
    ordered = sorted(cycles.items(), key=lambda item: _cycle_order(item[0], list(cycles)))
    for label, rows in ordered:
        _check_order(name, label, rows, where)
        dated = [(row.date.toordinal() - 7.0 * row.week) for row in rows if row.date is not None]
        if dated:
            origin = dated[0] - 7.0 * start if origin is None else origin
            begun = (dated[0] - origin) / 7.0
            if made and begun <= made[-1].start_weeks:
                raise ScoresError(
                    f"{where}: patient {name}, cycle {label} begins at or before the cycle before it; check the dates"
                )
            start = begun
        made.append(Cycle(start, *_treatment(name, label, rows, where), name=label))
        for row in rows:
            under_way.setdefault(start + row.week, set()).update(_names(row.other))
            if row.score is not None:
                weeks.append(start + row.week)
                scores.append(row.score)
                scales.append(row.scale or default_scale)
        start += max(SHORTEST_CYCLE_WEEKS, max(row.week for row in rows))
    return patient_scores(name, made, weeks, scores, scales, others=_others(under_way))


def _names(other: str | None) -> set[str]:
    return set() if other is None else {name.strip().casefold() for name in other.split(";")} - {""}


def _others(under_way: dict[float, set[str]]) -> list[Other]:
    """Return each other treatment from the first week that names it to the first later one that does not."""
    made: list[Other] = []
    begun: dict[str, float] = {}
    for week, names in sorted(under_way.items()):
        made += [Other(name, begun.pop(name), week) for name in sorted(set(begun) - names)]
        begun |= dict.fromkeys(sorted(names - set(begun)), week)
    return [*made, *(Other(name, week) for name, week in begun.items())]


def _cycle_order(label: str, labels: list[str]) -> tuple[float, int]:
    try:
        return (float(label), 0)
    except ValueError:
        return (math.inf, labels.index(label))


def _check_order(name: str, label: str, rows: list[TidyRow], where: str) -> None:
    for before, after in pairwise(rows):
        if after.week < before.week and after.scale == before.scale:
            raise ScoresError(
                f"{where}, line {after.line}: patient {name}, cycle {label}: week {after.week:g} follows week "
                f"{before.week:g}; weeks run forward inside a cycle, sort the rows or begin a new cycle"
            )


def _treatment(name: str, label: str, rows: list[TidyRow], where: str) -> tuple[str | None, float | None]:
    products = {row.product for row in rows if row.product is not None}
    units = {row.units for row in rows if row.units is not None}
    if len(products) > 1 or len(units) > 1:
        found = ", ".join(sorted(products)) if len(products) > 1 else ", ".join(f"{u:g} units" for u in sorted(units))
        raise ScoresError(
            f"{where}: patient {name}, cycle {label} has {found}; a cycle is one session of one product, "
            "give each its own cycle"
        )
    product = next(iter(products), None)
    if product is not None and product.casefold() == PLACEBO:
        product = PLACEBO
    return product, next(iter(units), None)
