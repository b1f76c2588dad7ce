"""What stands behind a plan: every row and document that its check used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reprieve.app.check import check_plan
from reprieve.core.documents import as_json
from reprieve.core.findings import SourceRef
from reprieve.plan.safety import CheckReport, LimitCheck
from reprieve.record.plan import Plan
from reprieve.reference.all_sources import all_sources
from reprieve.reference.formulary._records import source_records
from reprieve.reference.formulary.limits import limit_rows
from reprieve.reference.formulary_rows import formulary_rows
from reprieve.reference.reviews import Review

COMPILED_ON = date(2026, 11, 22)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One document, how far it was read, and which rules took a figure from it.

    Attributes
    ----------
    year : int or None
        Of the document; None where it shows none.
    checked : bool
        Whether every figure that was used from it was seen in it.
    used_by : tuple of str
        Rule names.
    """

    key: str
    citation: str
    grade: str
    read: str
    year: int | None
    jurisdiction: str | None
    checked: bool
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citations:
    """The answer of `reprieve cite`: the documents, and the rows of the formulary behind each number."""

    product: str
    indication: str
    compiled_on: date
    citations: tuple[Citation, ...]
    rows: tuple[dict[str, Any], ...]

    def document(self) -> dict[str, Any]:
        """Return the answer as plain JSON."""
        return as_json(self)


def cite(plan: Plan, *, today: date | None = None, reviews: Sequence[Review] = ()) -> Citations:
    """Return the documents and rows behind the check of `plan`.

    Raises
    ------
    InputError
        The plan holds a value that is none, or an unknown name.
    """
    report = check_plan(plan, today=today, reviews=reviews)
    uses = _uses(report)
    keys = dict.fromkeys(key for key, _, _ in uses)
    return Citations(
        product=plan.product,
        indication=plan.indication,
        compiled_on=COMPILED_ON,
        citations=tuple(_citation(key, uses) for key in keys),
        rows=tuple(_rows(report.limits)),
    )


def _uses(report: CheckReport) -> list[tuple[str, SourceRef, str]]:
    told = [(limit.source.key, limit.source, limit.rule) for limit in report.limits if limit.source]
    told += [(source.key, source, finding.rule) for finding in report.findings for source in finding.sources]
    return told


def _citation(key: str, uses: list[tuple[str, SourceRef, str]]) -> Citation:
    own = [(source, rule) for name, source, rule in uses if name == key]
    entry, record = all_sources().get(key), source_records().get(key, {})
    year = record.get("year")
    return Citation(
        key=key,
        citation=entry.citation if entry else "set or reviewed by the clinic",
        grade=own[0][0].grade,
        read=entry.read if entry else "by the clinic",
        year=None if year is None else int(year),
        jurisdiction=record.get("jurisdiction"),
        checked=all(source.checked for source, _ in own),
        used_by=tuple(dict.fromkeys(rule for _, rule in own)),
    )


def _rows(limits: Iterable[LimitCheck]) -> list[dict[str, Any]]:
    shown = {row.id: row for row in formulary_rows()}
    ids = dict.fromkeys(limit.row for limit in limits if limit.row in limit_rows())
    told: list[dict[str, Any]] = []
    for key in ids:
        if key is not None:
            figure = shown[key].facts[0].value
            told.append({"id": key, "name": shown[key].name, "figure": figure, "source": limit_rows()[key].source})
    return told
