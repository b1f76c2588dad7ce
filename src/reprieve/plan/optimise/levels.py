"""The doses that may be given to one target: a grid within its range, and the number of sites each needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from reprieve.core.dose import plain
from reprieve.plan.optimise.dose_origin import DoseOrigin
from reprieve.plan.optimise.targets import counts_for
from reprieve.record.chart import GivenInjection
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow

# Finer than a syringe shows; the exact volume would be a long decimal.
_VOLUME_STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Level:
    """One dose of one target on one side, with its needle positions."""

    units: Decimal
    sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLimit:
    """The most that one site may take: units, by count or by volume at the concentration in use."""

    units: Decimal
    row: LimitRow
    words: str


def site_limits(name: str, rows: Sequence[LimitRow], units_per_ml: Decimal | None) -> tuple[SiteLimit, ...]:
    """Return the limits per site of `name`; of a volume only where the concentration is known."""
    found: list[SiteLimit] = []
    for row in rows:
        if row.kind not in (LimitKind.SITE_UNITS, LimitKind.SITE_VOLUME) or row.high is None:
            continue
        if row.target is not None and not counts_for(name, row.target):
            continue
        if row.kind is LimitKind.SITE_UNITS:
            found.append(SiteLimit(units=row.high, row=row, words=f"{plain(row.high)} units a site"))
        elif row.kind is LimitKind.SITE_VOLUME and units_per_ml is not None:
            words = f"{plain(row.high)} mL a site at {plain(units_per_ml.quantize(_VOLUME_STEP))} units/mL"
            found.append(SiteLimit(units=row.high * units_per_ml, row=row, words=words))
    return tuple(found)


def dose_grid(low: Decimal, high: Decimal, step: Decimal) -> list[Decimal]:
    """Return the multiples of `step` from `low` to `high`; the ends themselves where a label gives one dose only.

    Examples
    --------
    >>> [str(dose) for dose in dose_grid(Decimal("12.5"), Decimal(20), Decimal("2.5"))]
    ['12.5', '15.0', '17.5', '20.0']
    """
    first = (low / step).to_integral_value(ROUND_CEILING)
    last = (high / step).to_integral_value(ROUND_FLOOR)
    doses = [count * step for count in range(int(first), int(last) + 1) if count > 0]
    return doses or [low] * (low == high and low > 0)


def levels_of(
    origin: DoseOrigin, last: GivenInjection | None, sites: Sequence[SiteLimit], step: Decimal
) -> tuple[Level, ...]:
    """Return the levels of a target, smallest first.

    Parameters
    ----------
    last : GivenInjection or None
        Its last dose of the same product; it is on the grid whatever the step, and doses down to half of it.
    """
    low, high = origin.low, origin.high
    doses = set(dose_grid(low, high, step))
    if last is not None and last.units > 0:
        doses.add(last.units)
        doses.update(dose_grid(min(low, last.units / 2), min(low, last.units), step))
    levels = (_level(dose, origin, last, sites) for dose in sorted(doses))
    return tuple(level for level in levels if level is not None)


def _level(dose: Decimal, origin: DoseOrigin, last: GivenInjection | None, limits: Sequence[SiteLimit]) -> Level | None:
    needed = max((int((dose / one.units).to_integral_value(ROUND_CEILING)) for one in limits), default=1)
    if last is not None and last.units == dose:
        return Level(dose, max(last.sites or origin.sites_low or 1, needed))
    if origin.sites_high is not None and needed > origin.sites_high:
        return None
    usual = last.sites if last is not None and last.sites is not None else origin.sites_low or 1
    wanted = usual if origin.sites_high is None else min(usual, origin.sites_high)
    return Level(dose, max(needed, wanted))
