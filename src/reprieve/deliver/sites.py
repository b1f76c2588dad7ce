"""From a muscle's dose to its needle positions: doses and volumes that add up exactly."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from reprieve.core.dose import Dose, exact, plain
from reprieve.core.errors import InputError
from reprieve.deliver.reconstitution import Preparation
from reprieve.record.chart import GivenInjection
from reprieve.record.plan import Injection, Side

# A hundredth of a unit is finer than any syringe shows; what does not divide evenly goes to the first sites.
SITE_STEP = Decimal("0.01")


def shared_out(amount: Decimal, sites: int, step: Decimal = SITE_STEP) -> tuple[Decimal, ...]:
    """Return `amount` over `sites` needle positions, as equal as `step` allows; the sum is exactly `amount`.

    Examples
    --------
    >>> [str(part) for part in shared_out(Decimal("50"), 3)]
    ['16.67', '16.67', '16.66']
    """
    if not sites >= 1:
        raise InputError(f"sites must be at least 1, but got {sites}; enter the number of needle positions")
    if not step > 0:
        raise InputError(f"step must be positive, but got {plain(step)} units; enter a step such as 0.01")
    low = (amount / sites / step).to_integral_value(ROUND_FLOOR) * step
    parts = [low] * sites
    rest = amount - low * sites
    for place in range(sites):
        extra = min(step, rest)
        parts[place] += extra
        rest -= extra
    return tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDose:
    """One needle position: `number` counts from 1 within its muscle and side."""

    muscle: str
    side: Side | None
    number: int
    dose: Dose
    volume_ml: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleVolume:
    """One muscle and side: dose, volume and needle positions.

    `sites_assumed` is true when the plan did not say how many; one is then shown, and said to be an assumption.
    """

    muscle: str
    side: Side | None
    dose: Dose
    volume_ml: Decimal
    sites: tuple[SiteDose, ...]
    sites_assumed: bool

    @property
    def needle_count(self) -> int:
        """How many times the needle goes in."""
        return len(self.sites)


def muscle_volume(injection: Injection | GivenInjection, preparation: Preparation) -> MuscleVolume:
    """Return the volume and needle positions of one injection from one preparation.

    Raises
    ------
    InputError
        If the number of sites is not at least 1.
    """
    dose = Dose(exact(injection.units), preparation.vial.product)
    count = 1 if injection.sites is None else injection.sites
    units = shared_out(dose.units, count)
    volume_ml = preparation.volume_of(dose)
    volumes = shared_out(volume_ml, count, Decimal("0.0001"))
    sites = tuple(
        SiteDose(
            muscle=injection.muscle,
            side=injection.side,
            number=place + 1,
            dose=Dose(part, dose.product),
            volume_ml=ml,
        )
        for place, (part, ml) in enumerate(zip(units, volumes, strict=True))
    )
    return MuscleVolume(
        muscle=injection.muscle,
        side=injection.side,
        dose=dose,
        volume_ml=volume_ml,
        sites=sites,
        sites_assumed=injection.sites is None,
    )
