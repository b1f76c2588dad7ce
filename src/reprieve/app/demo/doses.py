"""One session of the synthetic clinic: total over muscles, sites, volumes and vials, all exact."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP
from decimal import Decimal as D
from typing import Literal

from reprieve.app.demo.patterns import ABO, DAXI, INCO, ONA, Pattern, Regimen, Share
from reprieve.record.chart import GivenInjection, Guidance
from reprieve.record.plan import Limb, Reconstitution, Side, Vial

OPPOSITE: dict[Side, Side] = {"left": "right", "right": "left"}
LOT_LETTER = {ONA: "C", ABO: "K", INCO: "M", DAXI: "X"}


def sides_of(share: Share, affected: Side) -> list[Side]:
    """Return the sides of the body that `share` means for a patient affected on `affected`."""
    if share.side == "both":
        return ["left", "right"]
    return [affected] if share.side == "same" else [OPPOSITE[affected]]


def split(total: D, weights: list[int], grid: D) -> list[D]:
    """Return `total` split by `weights` in multiples of `grid`, exactly (largest remainders first).

    Examples
    --------
    >>> [str(part) for part in split(D("130"), [40, 20, 20, 20], D("5"))]
    ['55', '25', '25', '25']
    """
    steps = int(total / grid)
    shares = [D(steps) * weight / sum(weights) for weight in weights]
    whole = [int(share) for share in shares]
    order = sorted(range(len(weights)), key=lambda i: (whole[i] - shares[i], i))
    for i in order[: steps - sum(whole)]:
        whole[i] += 1
    return [grid * count for count in whole]


def session_total(regimen: Regimen, number: int, weight_kg: D | None) -> D:
    """Return the total of the `number`-th session (from 0), a multiple of the grid and never above the top."""
    level = min(regimen.start + regimen.step * number, regimen.top)
    if regimen.per_kg:
        level = level * (weight_kg or D(0))
    return (level / regimen.grid).to_integral_value(
        ROUND_HALF_UP if not regimen.per_kg else "ROUND_FLOOR"
    ) * regimen.grid


def injections(
    pattern: Pattern,
    regimen: Regimen,
    affected: Side,
    total: D,
    *,
    guidance: Guidance,
    lot: str,
    most: dict[str, D] | None = None,
) -> tuple[GivenInjection, ...]:
    """Return the injections of one session; `most` caps single muscles (the difference is simply not given)."""
    targets: list[tuple[Share, Side]] = [
        (share, side) for share in pattern.shares for side in sides_of(share, affected)
    ]
    doses = split(total, [share.weight for share, _ in targets], regimen.grid)
    rows = []
    for (share, side), units in zip(targets, doses, strict=True):
        given = min(units, (most or {}).get(share.muscle, units))
        if not given:
            continue
        volume = given / regimen.units_per_ml
        by_units = (given / regimen.most_per_site).to_integral_value(ROUND_CEILING)
        by_volume = (volume / regimen.most_ml_per_site).to_integral_value(ROUND_CEILING)
        rows.append(
            GivenInjection(
                muscle=share.muscle,
                side=side,
                units=given,
                sites=max(1, int(by_units), int(by_volume)),
                volume_ml=volume.normalize() + 0,
                limb=limb_of(pattern.limb, side),
                guidance=guidance,
                lot=lot,
            )
        )
    return tuple(rows)


def limb_of(part: Literal["arm", "leg"] | None, side: Side) -> Limb | None:
    """Return the limb on `side`, or None for the head and neck."""
    if part == "arm":
        return "left_arm" if side == "left" else "right_arm"
    if part == "leg":
        return "left_leg" if side == "left" else "right_leg"
    return None


def lot_of(product: str, on: date) -> str:
    """Return the lot that the clinic had on the shelf: one per product and quarter, so that a recall finds many."""
    return f"{LOT_LETTER.get(product, 'B')}{on.year % 100:02d}{(on.month - 1) // 3 + 1}D"


def vials(regimen: Regimen, total: D, on: date, minute: int) -> Reconstitution:
    """Return enough vials for `total`, opened on the day of the session."""
    count = max(1, int((total / regimen.vial_units).to_integral_value(ROUND_CEILING)))
    opened = datetime.combine(on, time(8, 30), UTC) + timedelta(minutes=minute)
    vial = Vial(
        units=regimen.vial_units,
        diluent_ml=regimen.diluent_ml,
        lot=lot_of(regimen.product, on),
        expires=date(on.year + 1, 12, 31),
        opened_at=opened,
    )
    return Reconstitution(vials=(vial,) * count)
