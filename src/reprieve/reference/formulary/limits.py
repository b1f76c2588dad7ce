"""All limits of the formulary, and those that hold for one use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from types import MappingProxyType

from reprieve.core.errors import ReferenceDataError
from reprieve.reference.formulary._flatten import Flattener
from reprieve.reference.formulary._records import PRODUCT_FILES, product_records, source_records
from reprieve.reference.formulary.indication import Indication
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow
from reprieve.reference.reviews import Review, reviews_in_force


@cache
def limit_rows() -> Mapping[str, LimitRow]:
    """Return every limit row of every product, by id.

    Raises
    ------
    ReferenceDataError
        Two rows share an id, or a row has no source.
    """
    table: dict[str, LimitRow] = {}
    for name in PRODUCT_FILES:
        for row in Flattener(product_records()[name], source_records()).rows():
            if row.id in table:
                raise ReferenceDataError(f"limit {row.id!r} stands twice in the formulary; keep one")
            table[row.id] = row
    return MappingProxyType(table)


@cache
def indications(product: str) -> tuple[Indication, ...]:
    """Return every use of `product` on file, labelled or expressly not."""
    record = product_records()[product]
    return tuple(Indication.of(entry, product, source_records()) for entry in record["indications"])


@cache
def limits_of(product: str, condition: str, jurisdiction: str | None) -> tuple[LimitRow, ...]:
    """Return the rows of `product` that hold for `condition` in `jurisdiction`, all ages.

    Without a jurisdiction the rows of every label stand side by side; they are never merged into one range.
    """
    return tuple(
        row
        for row in limit_rows().values()
        if row.product == product and row.holds_for(condition) and row.holds_in(jurisdiction)
    )


def reviewed(rows: Sequence[LimitRow], reviews: Sequence[Review], on: date) -> tuple[LimitRow, ...]:
    """Return `rows` as one clinic sees them on the day `on`.

    A confirmed row counts as verified; a corrected one has the clinic's number; a withdrawn one no longer bounds.
    Of a range the corrected figure is its upper end, of an interval its lower one.
    """
    if not reviews:
        return tuple(rows)
    standing = reviews_in_force(reviews, on)
    seen: list[LimitRow] = []
    for row in rows:
        review = standing.get(row.id)
        if review is None:
            seen.append(row)
        elif review.verdict != "withdrawn":
            seen.append(_as_reviewed(row, review))
    return tuple(seen)


def _as_reviewed(row: LimitRow, review: Review) -> LimitRow:
    source = review.source_ref
    if review.value is None:
        return replace(row, source=source)
    if row.kind is LimitKind.INTERVAL:
        return replace(row, low=review.value, source=source)
    low = None if row.low is not None and row.low > review.value else row.low
    return replace(row, low=low, high=review.value, source=source)
