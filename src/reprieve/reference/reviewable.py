"""The rows that a clinic can review: every limit of the formulary, times of use, labelled dilutions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from reprieve.core.dose import plain
from reprieve.core.findings import SourceRef
from reprieve.reference._names import unknown
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow
from reprieve.reference.formulary.limits import limit_rows
from reprieve.reference.preparations import LabelDilution, ProductFacts, is_verified, preparations
from reprieve.reference.reviews import Review, reviews_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewableRow:
    """One shipped row as the reviewer sees it.

    Attributes
    ----------
    id : str
        What a review names.
    value : Decimal or None
        The figure that a correction replaces; None where none is on file.
    shown : str
        The whole row in words, a range with both ends.
    """

    id: str
    product: str
    what: str
    value: Decimal | None
    unit: str
    shown: str
    source: SourceRef
    conditions: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    note: str | None = None

    @property
    def verified(self) -> bool:
        """Whether the shipped row counts as verified without any review."""
        return is_verified(self.source)


def use_within_id(product: str) -> str:
    """Return the id of the row that says how long a vial may be used."""
    return f"preparation.{product}.use_within"


def dilution_id(product: str, row: LabelDilution) -> str:
    """Return the id of one row of the labelled dilution table."""
    return f"preparation.{product}.dilution.{plain(row.vial_units)}u.{plain(row.diluent_ml)}ml"


@cache
def reviewable_rows() -> Mapping[str, ReviewableRow]:
    """Return every row that can be reviewed, by id."""
    rows = [*map(_limit, limit_rows().values())]
    for facts in preparations().values():
        rows += _preparation(facts)
    return MappingProxyType({row.id: row for row in rows})


def reviewable_row(row_id: str) -> ReviewableRow:
    """Return the row `row_id`, or raise `UnknownNameError` with near matches."""
    try:
        return reviewable_rows()[row_id]
    except KeyError:
        raise unknown("reference row", row_id, reviewable_rows()) from None


def reviewed_preparation(facts: ProductFacts, reviews: Sequence[Review], on: date) -> ProductFacts:
    """Return `facts` as one clinic sees them on the day `on`; the shipped facts are not changed."""
    if not reviews:
        return facts
    standing = reviews_in_force(reviews, on)
    within = facts.use_within
    told = standing.get(use_within_id(facts.product))
    if within is not None and told is not None:
        hours = within.hours if told.value is None else told.value
        within = None if told.verdict == "withdrawn" else replace(within, hours=hours, source=told.source_ref)
    return replace(facts, use_within=within, dilutions=tuple(_dilutions(facts, standing)))


def _dilutions(facts: ProductFacts, standing: Mapping[str, Review]) -> Iterator[LabelDilution]:
    for row in facts.dilutions:
        told = standing.get(dilution_id(facts.product, row))
        if told is None:
            yield row
        elif told.verdict != "withdrawn":
            value = row.units_per_0_1_ml if told.value is None else told.value
            yield replace(row, units_per_0_1_ml=value, source=told.source_ref)


def _limit(row: LimitRow) -> ReviewableRow:
    bound = row.low if row.kind is LimitKind.INTERVAL else row.high
    ends = [plain(end) for end in (row.low, row.high) if end is not None]
    shown = " to ".join(dict.fromkeys(ends)) if ends else "no figure on file"
    more = f", at most {plain(row.absolute)} units" if row.absolute is not None else ""
    return ReviewableRow(
        id=row.id,
        product=row.product,
        what=f"{row.kind.value.replace('_', ' ')}: {row.scope}",
        value=bound,
        unit=row.unit,
        shown=f"{shown} {row.unit}{more}" if ends else shown,
        source=row.source,
        conditions=row.conditions,
        jurisdictions=row.jurisdictions,
        note=row.note,
    )


def _preparation(facts: ProductFacts) -> Iterator[ReviewableRow]:
    within = facts.use_within
    if within is not None:
        yield ReviewableRow(
            id=use_within_id(facts.product),
            product=facts.product,
            what=f"use within, {within.at}",
            value=within.hours,
            unit="hours",
            shown=f"{plain(within.hours)} hours",
            source=within.source,
        )
    for row in facts.dilutions:
        yield ReviewableRow(
            id=dilution_id(facts.product, row),
            product=facts.product,
            what=f"labelled dilution, {plain(row.vial_units)}-unit vial in {plain(row.diluent_ml)} mL",
            value=row.units_per_0_1_ml,
            unit="units per 0.1 mL",
            shown=f"{plain(row.units_per_0_1_ml)} units per 0.1 mL",
            source=row.source,
            conditions=row.conditions or (),
        )
