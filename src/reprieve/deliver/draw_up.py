"""The draw-up list: which units for which muscle come out of which vial, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reprieve.core.dose import Dose, plain, total
from reprieve.core.findings import Finding, Severity
from reprieve.deliver.reconstitution import Preparation
from reprieve.deliver.sites import MuscleVolume, muscle_volume
from reprieve.record.chart import GivenInjection
from reprieve.record.plan import Injection, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One draw: from the vial `vial` (counted from 1), for one muscle and side."""

    vial: int
    muscle: str
    side: Side | None
    dose: Dose
    volume_ml: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawUp:
    """The whole list.

    Attributes
    ----------
    muscles : tuple of MuscleVolume
        Volumes and needle positions, in the order of the plan.
    draws : tuple of Draw
        In drawing order; the draws of a muscle add up to its dose, those of a vial never exceed its content.
    left : tuple of Dose
        What stays in each vial.
    missing : Dose
        What no vial holds; 0 when the vials suffice.
    findings : tuple of Finding
    """

    product: str
    muscles: tuple[MuscleVolume, ...]
    draws: tuple[Draw, ...]
    left: tuple[Dose, ...]
    missing: Dose
    findings: tuple[Finding, ...]

    @property
    def drawn(self) -> Dose:
        """Sum of all draws."""
        return total((draw.dose for draw in self.draws), self.product)

    @property
    def waste(self) -> Dose:
        """What would be thrown away: the rest of every vial on the list."""
        return total(self.left, self.product)

    @property
    def needle_count(self) -> int:
        """Needle positions of the whole session."""
        return sum(muscle.needle_count for muscle in self.muscles)


def draw_up(injections: Sequence[Injection | GivenInjection], vials: Sequence[Preparation], product: str) -> DrawUp:
    """Return the draw-up list of `injections` from `vials`, vial after vial in the given order.

    Parameters
    ----------
    injections : sequence of Injection or GivenInjection
    vials : sequence of Preparation
        Made-up vials of `product`, each used until it is empty.
    product : str

    Raises
    ------
    UnitsError
        If a vial holds another product.

    Notes
    -----
    Volumes follow each vial's own concentration, so a muscle drawn from two different vials gets the right amount of
    each. Doses are exact decimals throughout: sum of draws + missing = sum of doses, and draws + left = vials.
    """
    left = [vial.vial for vial in vials]
    # Adding to a dose of `product` refuses a vial of another one at once.
    total(left, product)
    draws: list[Draw] = []
    missing = Dose(0, product)
    for injection in injections:
        wanted = Dose(injection.units, product)
        for place, vial in enumerate(vials):
            part = min(wanted, left[place])
            if not part.units:
                continue
            draws.append(
                Draw(
                    vial=place + 1,
                    muscle=injection.muscle,
                    side=injection.side,
                    dose=part,
                    volume_ml=vial.volume_of(part),
                )
            )
            left[place] -= part
            wanted -= part
        missing += wanted
    muscles = tuple(muscle_volume(injection, vials[0]) for injection in injections) if vials else ()
    return DrawUp(
        product=product,
        muscles=muscles,
        draws=tuple(draws),
        left=tuple(left),
        missing=missing,
        findings=_findings(missing, vials),
    )


def _findings(missing: Dose, vials: Sequence[Preparation]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    if missing.units:
        held = sum((vial.vial.units for vial in vials), Decimal(0))
        found.append(
            Finding(
                rule="vial_too_small",
                severity=Severity.ERROR,
                message=(
                    f"The vials hold {plain(held)} units of {missing.product}, "
                    f"{plain(missing.units)} more are planned. "
                    "Make up another vial."
                ),
                limit=held,
                actual=held + missing.units,
                exceed_by=missing.units,
                unit="units",
                subject="reconstitution",
                clears_if="the vials hold the planned units",
            )
        )
    if len({vial.units_per_ml for vial in vials}) > 1:
        found.append(
            Finding(
                rule="vials_differ_in_concentration",
                severity=Severity.WARNING,
                message="The vials are made up to different concentrations; label each syringe with its units per mL.",
                subject="reconstitution",
                clears_if="all vials of the session are made up alike",
            )
        )
    return tuple(found)
