"""The plan's muscles beside the rows of the label for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from reprieve.plan.safety.case import Case
from reprieve.plan.safety.doses_by_target import SideDose, doses_of, wider_than
from reprieve.plan.safety.target import target_of
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow


def labelled_doses(case: Case) -> Iterator[tuple[LimitRow, SideDose]]:
    """Yield each muscle of each side with each row of the label for it."""
    rows = case.of(LimitKind.MUSCLE_RANGE)
    for row in (*rows, *_joined(case, rows)):
        for dose in doses_of(case, str(row.target)):
            yield row, dose


def name_of(dose: SideDose) -> str:
    """Return a muscle and its side to begin a sentence."""
    return dose.subject.replace("_", " ").capitalize()


def _joined(case: Case, rows: tuple[LimitRow, ...]) -> Iterator[LimitRow]:
    """Yield a row for a group that the plan names whole while the label lists its parts: the parts added up."""
    by_target = {str(row.target): row for row in rows}
    for group, parts in wider_than(case, {name: target_of(name).members for name in by_target}):
        if group in by_target:
            continue
        own = [by_target[name] for name in parts]
        yield replace(
            min(own, key=lambda row: row.verified),
            target=group,
            scope=f"{group.replace('_', ' ')}, its labelled parts together",
            low=_sum([row.low for row in own]),
            high=_sum([row.high for row in own]),
            absolute=_sum([row.absolute for row in own]),
            sites_low=None,
            sites_high=None,
            advice=any(row.advice for row in own),
        )


def _sum(values: list[Decimal | None]) -> Decimal | None:
    return None if any(value is None for value in values) else sum((v for v in values if v is not None), Decimal(0))
