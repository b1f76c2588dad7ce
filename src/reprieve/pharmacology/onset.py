"""Onset of paralysis: the three- and four-step models of Lebeda and co-workers (2008).

It tells how long binding, uptake and release into the nerve ending take. It knows no dose and no recovery.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import root_scalar

from reprieve.pharmacology.chain import chain_amount

MINUTES_PER_DAY = 1440.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OnsetRates:
    """Rates of the onset model, per minute.

    Attributes
    ----------
    bulk : float or None
        From the tissue at large to the nerve ending; None leaves the step out (three-step model).
    binding, translocation, release : float
        To the receptor, into the endosome, and out of it as light chain.
    """

    bulk: float | None = None
    binding: float = 0.058
    translocation: float = 0.141
    release: float = 0.013

    def steps(self) -> tuple[float, ...]:
        """Return the rates in the order in which the toxin meets them."""
        inner = (self.binding, self.translocation, self.release)
        return inner if self.bulk is None else (self.bulk, *inner)


# Rat hemidiaphragm at 35 degrees; the bulk rates are those of the authors' curves.
ISOLATED_MUSCLE = OnsetRates()
CLINIC = OnsetRates(bulk=0.00015)
MOUSE = OnsetRates(bulk=0.001)


def tension(rates: OnsetRates, minutes: ArrayLike) -> NDArray[np.float64]:
    """Return the muscle tension that is left, as a fraction of the tension before the toxin.

    Parameters
    ----------
    rates : OnsetRates
        Rates per minute.
    minutes : array_like, shape (m,)
        Minutes since the injection.

    Returns
    -------
    ndarray, shape (m,)
        Tension, from 1 (before) towards 0.

    Notes
    -----
    ``tension = 1 - lytic``, where lytic is the last compartment of bulk -> free -> bound -> translocated -> lytic.

    References
    ----------
    .. [1] ``lebeda2008``, J Pharmacokinet Pharmacodyn 35:251; BIOMD0000000178 and BIOMD0000000267.

    Examples
    --------
    >>> float(tension(ISOLATED_MUSCLE, [204.08])[0].round(3))
    0.1
    """
    return 1.0 - chain_amount((*rates.steps(), 0.0), np.atleast_1d(np.asarray(minutes, float)))


def minutes_to_tension(rates: OnsetRates, fraction: float) -> float:
    """Return the minutes until the tension has fallen to `fraction`.

    Parameters
    ----------
    rates : OnsetRates
        Rates per minute.
    fraction : float
        Tension left, between 0 and 1, both excluded.

    Raises
    ------
    ValueError
        If `fraction` is not between 0 and 1.
    """
    if not 0.0 < fraction < 1.0:
        raise ValueError(f"fraction of tension must lie between 0 and 1, but got {fraction!r}")
    latest = 60.0 * sum(1.0 / rate for rate in rates.steps())
    found = root_scalar(lambda t: float(tension(rates, [t])[0]) - fraction, bracket=(0.0, latest), xtol=1e-9)
    return float(found.root)
