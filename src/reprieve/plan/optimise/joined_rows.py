"""A group planned whole while the label lists its parts: one row, the parts added up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from reprieve.plan.optimise.targets import members_of
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow


def joined_rows(rows: Sequence[LimitRow], names: Iterable[str]) -> Iterator[LimitRow]:
    """Yield a row for each group that is planned whole while the label lists its parts: the parts added up."""
    ranges = {row.target: row for row in rows if row.kind is LimitKind.MUSCLE_RANGE and row.target is not None}
    for name in dict.fromkeys(name for name in names if name not in ranges):
        members = members_of(name)
        parts = [row for target, row in ranges.items() if members_of(target) < members]
        covered = frozenset[str]().union(*(members_of(str(row.target)) for row in parts))
        highs = [row.high for row in parts if row.high is not None]
        if parts and covered == members and len(highs) == len(parts):
            weakest = min(parts, key=lambda row: row.verified)
            yield replace(
                weakest,
                id=f"{weakest.id}.with_others",
                target=name,
                scope=f"{name.replace('_', ' ')}, its labelled parts together",
                high=sum(highs, Decimal(0)),
                absolute=_sum([row.absolute for row in parts]),
                advice=any(row.advice for row in parts),
            )


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    return None if None in values else sum((value for value in values if value is not None), Decimal(0))
