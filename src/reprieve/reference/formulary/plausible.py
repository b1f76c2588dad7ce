"""The smallest and the largest session of a product on file, for any use: to catch a unit under the wrong brand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from reprieve.core.findings import SourceRef
from reprieve.reference.formulary._flatten import source_ref
from reprieve.reference.formulary._records import formulary_file, source_records
from reprieve.reference.formulary.limit_row import LimitKind
from reprieve.reference.formulary.limits import limit_rows

_SESSION_KINDS = frozenset(
    {LimitKind.SESSION_MAXIMUM, LimitKind.SESSION_RANGE, LimitKind.START, LimitKind.CUMULATIVE, LimitKind.PLACE_RANGE}
)


@dataclass(frozen=True, slots=True)
class SessionSpread:
    """Units of one session, smallest and largest on file, with their sources."""

    low: Decimal
    low_source: SourceRef
    high: Decimal
    high_source: SourceRef


@cache
def plausible_session(product: str) -> SessionSpread | None:
    """Return the spread of sessions of `product`; None where nothing is on file."""
    figures = sorted(_figures(product), key=lambda pair: pair[0])
    if not figures:
        return None
    (low, low_source), (high, high_source) = figures[0], figures[-1]
    return SessionSpread(low, low_source, high, high_source)


def _figures(product: str) -> Iterator[tuple[Decimal, SourceRef]]:
    for row in limit_rows().values():
        if row.product == product and row.kind in _SESSION_KINDS and row.unit == "units":
            yield from ((value, row.source) for value in (row.low, row.high) if value is not None)
    for row in formulary_file("literature")["practice_maxima"]:
        if row["product"] == product:
            yield row["max_per_session"], source_ref(row, source_records())
