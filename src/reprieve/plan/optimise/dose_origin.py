"""Where a dose of a muscle may come from: a label, the literature, or the patient's own earlier dose. Else nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from reprieve.core.dose import plain
from reprieve.core.findings import SourceRef
from reprieve.plan.optimise.limit_rows import lower_end, upper_end
from reprieve.plan.optimise.situation import Situation
from reprieve.plan.optimise.targets import counts_for
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow, Per
from reprieve.reference.formulary.literature import LiteratureDose, literature_doses_for
from reprieve.reference.muscle_catalogue import label_groups
from reprieve.reference.plan_parameters import PlanParameters
from reprieve.reference.reviews import Review, reviews_in_force

_RANGES = (LimitKind.MUSCLE_RANGE, LimitKind.GLAND_RANGE)
_DOSES = (*_RANGES, LimitKind.SITE_UNITS)
# Sites added to the labelled least number when a label gives a dose per site and no largest number.
_MORE_SITES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseOrigin:
    """A sourced range of doses of one target on one side.

    Attributes
    ----------
    kind : {"label", "literature", "own"}
    target : str
        The name under which the dose stands in a plan.
    low, high : Decimal
        Units of the product.
    row : str or None
        Id of the row; None for the patient's own dose.
    words : str
        As shown beside the dose.
    """

    kind: Literal["label", "literature", "own"]
    target: str
    low: Decimal
    high: Decimal
    words: str
    row: str | None = None
    source: SourceRef | None = None
    sites_low: int | None = None
    sites_high: int | None = None


def sourced_origins(
    name: str, situation: Situation, rows: Sequence[LimitRow], reviews: Sequence[Review]
) -> tuple[DoseOrigin, ...]:
    """Return the sourced ranges for the muscle `name`: of the label if there is any, else of the literature.

    A lid has one row for each of its corners, hence several.
    """
    labelled = [
        origin
        for row in rows
        if row.kind in _DOSES and row.target is not None and _speaks_of(name, row.target)
        for origin in _labelled(row, situation)
    ]
    if labelled:
        return tuple(labelled)
    standing = reviews_in_force(reviews, situation.on)
    doses = literature_doses_for(situation.condition, situation.product)
    found = (_published(dose, situation, standing) for dose in doses if _speaks_of(name, dose.target))
    return next(((origin,) for origin in found if origin is not None), ())


def hidden_rows(name: str, situation: Situation, reviews: Sequence[Review]) -> tuple[LiteratureDose, ...]:
    """Return the literature rows of `name` that a clinic has not confirmed: their ids are told, their doses are not."""
    standing = reviews_in_force(reviews, situation.on)
    doses = literature_doses_for(situation.condition, situation.product)
    return tuple(dose for dose in doses if dose.hidden and dose.id not in standing and _speaks_of(name, dose.target))


def own_origin(name: str, last: Decimal, on: str, parameters: PlanParameters) -> DoseOrigin:
    """Return the range around the patient's own last dose."""
    low, high = Decimal(str(parameters.own_dose_low.value)), Decimal(str(parameters.own_dose_high.value))
    return DoseOrigin(
        kind="own",
        target=name,
        low=last * low,
        high=last * high,
        words=f"no range of a label or a usable publication; around the patient's own {plain(last)} units of {on}",
    )


def _speaks_of(name: str, target: str) -> bool:
    group = label_groups().get(target)
    return (group is None or group.kind != "class") and counts_for(name, target)


def _labelled(row: LimitRow, situation: Situation) -> list[DoseOrigin]:
    low, high = lower_end(row, situation.weight_kg), upper_end(row, situation.weight_kg)
    if low is None or high is None or row.target is None:
        return []
    if row.kind in _RANGES and row.per in (Per.MUSCLE, Per.SIDE, Per.GLAND):
        return [_origin(row, low, high)]
    if row.kind is LimitKind.SITE_UNITS:
        fewest = row.sites_low or 1
        most = row.sites_high or fewest + (_MORE_SITES if row.sites_low else 0)
        return [_origin(row, low * fewest, high * most)]
    return []


def _origin(row: LimitRow, low: Decimal, high: Decimal) -> DoseOrigin:
    assert row.target is not None
    verified = "" if row.verified else ", not verified"
    return DoseOrigin(
        kind="label",
        target=_plan_name(row.target),
        low=low,
        high=high,
        words=f"label range {plain(low)} to {plain(high)} units ({row.source.key}{verified})",
        row=row.id,
        source=row.source,
        sites_low=row.sites_low,
        sites_high=row.sites_high,
    )


def _plan_name(target: str) -> str:
    group = label_groups().get(target)
    return group.members[0] if group is not None and group.kind == "alias" else target


def _published(dose: LiteratureDose, situation: Situation, standing: Mapping[str, Review]) -> DoseOrigin | None:
    review = standing.get(dose.id)
    high = dose.high
    if review is not None:
        if review.verdict == "withdrawn":
            return None
        high = review.value if review.value is not None else high
    elif dose.hidden:
        return None
    if dose.unit != "units" or dose.per not in ("muscle", "side") or high is None:
        return None
    low = min(dose.low if dose.low is not None else high, high)
    told = (
        "confirmed by this clinic"
        if review is not None
        else f"{dose.evidence.replace('_', ' ')}, literature, not label"
    )
    return DoseOrigin(
        kind="literature",
        target=_plan_name(dose.target),
        low=low,
        high=high,
        words=f"range {plain(low)} to {plain(high)} units ({dose.source.key}; {told})",
        row=dose.id,
        source=dose.source if review is None else review.source_ref,
        sites_low=dose.sites_low,
        sites_high=dose.sites_high,
    )
