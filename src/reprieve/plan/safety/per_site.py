"""The share of one needle position, row by row; rows that tell no sites are taken together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reprieve.plan.safety.case import Case, Placed
from reprieve.plan.safety.target import target_of


@dataclass(frozen=True, slots=True)
class SiteShare:
    """Units, volume in mL and number of sites of one muscle and side; None is not told."""

    subject: str
    units: Decimal
    volume_ml: Decimal | None
    sites: int | None


def site_shares(case: Case, target: str | None) -> list[SiteShare]:
    """Return the shares of the plan's rows within `target` (None: of all).

    Rows of one muscle and side that tell no sites may all mean the same site, so they are added up.
    """
    wanted = None if target is None else target_of(target).members
    shares: list[SiteShare] = []
    untold: dict[tuple[str, str | None], list[Placed]] = {}
    for entry in case.placed:
        if wanted is not None and not entry.target.members <= wanted:
            continue
        if entry.injection.sites is None:
            for side in entry.sides:
                untold.setdefault((entry.injection.muscle, side), []).append(entry)
        else:
            shares.append(SiteShare(entry.subject, entry.units, entry.volume_ml, entry.injection.sites))
    shares += [_together(muscle, side, rows) for (muscle, side), rows in untold.items()]
    return shares


def _together(muscle: str, side: str | None, rows: list[Placed]) -> SiteShare:
    volumes = [None if row.volume_ml is None else row.volume_ml / len(row.sides) for row in rows]
    told = None if any(v is None for v in volumes) else sum((v for v in volumes if v is not None), Decimal(0))
    units = sum((row.units_a_side for row in rows), Decimal(0))
    return SiteShare(muscle if side is None else f"{muscle} {side}", units, told, None)
