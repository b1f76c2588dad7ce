"""Block and force after a set of injections, with the uncertainty of the parameters carried by draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.pharmacology.belly import Belly, endplates, fill, needle_positions
from reprieve.pharmacology.endplate import EndplateParameters, block
from reprieve.pharmacology.spread import SpreadParameters, bound_density

# Amounts at which the time course is worked out; between them it is read off. In reference amounts.
_AMOUNTS = np.concatenate([[0.0], np.logspace(-2.5, 3.0, 45)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A muscle or another structure in which toxin may arrive; `frame` names the model that gives its place.

    `banded` says that its endplates lie at mid-belly; without it they are taken to lie all over.
    """

    key: str
    frame: str
    bellies: tuple[Belly, ...]
    banded: bool = True

    def points(self) -> NDArray[np.float64]:
        """Return points that stand for its endplates, shape (n, 3), in mm."""
        return endplates(self.bellies) if self.banded else fill(self.bellies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosed:
    """One injected structure: its whole dose and volume, shared evenly by its needle positions.

    `placed` is where somebody put the needles; None leaves them where an injector who seeks the endplates would.
    `moved_mm`, shape (sites, d, 3), is how far each needle is off in each draw; `along_mm` moves all along the fibres.
    """

    structure: Structure
    units: float
    sites: int
    volume_ml: float
    placed: tuple[tuple[Belly, NDArray[np.float64]], ...] | None = None
    moved_mm: NDArray[np.float64] | None = None
    along_mm: float = 0.0

    def needles(self) -> Sequence[tuple[Belly, NDArray[np.float64]]]:
        """Return the belly and the place in mm of each needle."""
        return self.placed or needle_positions(self.structure.bellies, self.sites)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Draws of all parameters for one product, each array of shape (d,)."""

    spread: SpreadParameters
    endplate: EndplateParameters
    through_fascia: NDArray[np.float64]
    reference_units_per_ml: NDArray[np.float64]


def bound_at(
    points: NDArray[np.float64], inside: Structure, dosed: Sequence[Dosed], draws: Draws
) -> NDArray[np.float64]:
    """Return the bound density at `points` of one structure, from every injection of its frame.

    Parameters
    ----------
    points : ndarray, shape (n, 3)
        Places, in mm.
    inside : Structure
        The structure that holds them; toxin from any other has to pass fascia.

    Returns
    -------
    ndarray, shape (d, n)
        Units per mL.
    """
    total = np.zeros((draws.through_fascia.size, len(points)))
    for injection in dosed:
        if injection.structure.frame != inside.frame:
            continue
        passes = 1.0 if injection.structure.key == inside.key else draws.through_fascia[:, None]
        share = injection.units / injection.sites
        volume = injection.volume_ml / injection.sites
        for i, (belly, place) in enumerate(injection.needles()):
            offsets = points - place - injection.along_mm * np.array(belly.fibre)
            if injection.moved_mm is not None:
                offsets = offsets - injection.moved_mm[i][:, None, :]
            total += passes * bound_density(offsets, belly.fibre, share, volume, draws.spread)
    return total


def blocked_over_time(
    structures: Sequence[Structure], dosed: Sequence[Dosed], draws: Draws, days: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Return the blocked fraction of each structure's endplates.

    Parameters
    ----------
    structures : sequence of Structure
        Where to look; injected ones and others.
    days : ndarray, shape (m,)
        Days since the injection.

    Returns
    -------
    dict of str to ndarray, shape (d, m)
        Mean block over the structure's endplates, by its key.
    """
    table = block(draws.endplate, np.broadcast_to(_AMOUNTS, (draws.through_fascia.size, _AMOUNTS.size)), days, 0.25)
    result = {}
    for structure in structures:
        density = bound_at(structure.points(), structure, dosed, draws)
        amount = density / draws.reference_units_per_ml[:, None]
        result[structure.key] = _read_off(table, amount).mean(axis=1)
    return result


def _read_off(table: NDArray, amount: NDArray) -> NDArray:
    """Linear in the square root of the amount between two columns of `table`; shape (d, n, m)."""
    above = np.clip(np.searchsorted(_AMOUNTS, amount), 1, _AMOUNTS.size - 1)
    low, high = np.sqrt(_AMOUNTS[above - 1]), np.sqrt(_AMOUNTS[above])
    weight = np.clip((np.sqrt(amount) - low) / (high - low), 0.0, 1.0)[..., None]
    row = np.arange(len(table))[:, None]
    return table[row, above - 1] * (1.0 - weight) + table[row, above] * weight
