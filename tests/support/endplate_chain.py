"""The endplate's chain as plain rates for a general solver: the reference for the program's own stepping."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from reprieve.pharmacology.endplate import EndplateParameters
from reprieve.pharmacology.onset import ISOLATED_MUSCLE, MINUTES_PER_DAY


def chain_rates(p: EndplateParameters) -> Callable[[float, Sequence[float]], list[float]]:
    """Return the time derivative, per day, of bulk, free, bound, inside, light chain and intact substrate."""
    kb, kt, kl = (rate * MINUTES_PER_DAY for rate in ISOLATED_MUSCLE.steps())
    ks, loss, back = p.uptake_per_day, np.log(2) / p.light_chain_half_life_d, np.log(2) / p.substrate_half_life_d

    def derivative(_: float, y: Sequence[float]) -> list[float]:
        bulk, free, bound, inside, light, intact = y
        return [
            -ks * bulk,
            ks * bulk - kb * free,
            kb * free - kt * bound,
            kt * bound - kl * inside,
            kl * inside - loss * light,
            back * (1 - intact) - p.cleavage_per_day * light * intact,
        ]

    return derivative


def blocked(p: EndplateParameters, intact: np.ndarray) -> np.ndarray:
    """Return the share of endplates that is blocked where `intact` of the substrate is left."""
    x = 1 - intact
    return x**p.steepness / (x**p.steepness + p.half_block**p.steepness)
