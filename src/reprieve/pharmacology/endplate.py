"""Block of the endplates over time: uptake, cleavage of the release protein, its return, and the end of release.

One chain for every product, each with parameters of its own. It explains the shape of a response; it is not a
measurement of a patient.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pharmacology.chain import chain_amount
from reprieve.pharmacology.onset import ISOLATED_MUSCLE, MINUTES_PER_DAY

LN2 = float(np.log(2.0))
SETTLED_D = 30.0  # by then the uptake is over and everything changes slowly


@dataclass(frozen=True, slots=True, kw_only=True)
class EndplateParameters:
    """Parameters of the endplate chain; each a number or an array of draws of one shape.

    Attributes
    ----------
    uptake_per_day : float or ndarray
        Rate from the tissue into the nerve ending, kS.
    light_chain_half_life_d : float or ndarray
        Effective half-life of the light chain's action, tL: chemical loss, repair and sprouts in one.
    substrate_half_life_d : float
        Half-life with which the release protein comes back, tS.
    cleavage_per_day : float
        Rate at which one reference amount of light chain cleaves it; fixes the scale of the amount.
    half_block : float
        Cleaved fraction at which half of the release is lost.
    steepness : float
        Hill exponent of release against the cleaved fraction.
    """

    uptake_per_day: float | NDArray[np.float64] = 0.15
    light_chain_half_life_d: float | NDArray[np.float64] = 60.0
    substrate_half_life_d: float = 1.5
    cleavage_per_day: float = 1.0
    half_block: float = 0.30
    steepness: float = 3.0


def block(parameters: EndplateParameters, amount: ArrayLike, days: ArrayLike, step_d: float = 0.1) -> NDArray:
    """Return the blocked fraction of release over time.

    Parameters
    ----------
    parameters : EndplateParameters
        Numbers, or draws of shape (d,).
    amount : array_like, shape (a,) or (d, a)
        Bound toxin at the endplate, in reference amounts of its own product; not negative.
    days : array_like, shape (m,)
        Days since the injection, rising; before 0 the block is 0.
    step_d : float
        Step of the integration in the first 30 days, four times as long later. At 0.1 the block differs from a stiff
        solver by less than 1e-3.

    Returns
    -------
    ndarray, shape (a, m) or (d, a, m)
        Blocked fraction, 0 to 1.

    Notes
    -----
    ``L`` is the chain bulk -> free -> bound -> translocated -> L with loss ``ln 2 / tL``, scaled by the amount.
    ``S' = ln 2 / tS (1 - S) - kcat L S``; ``x = 1 - S``; ``block = x^n / (x^n + x50^n)``. ``L`` is exact; ``S`` is
    advanced by the exponential of its own rate at mid-step, which is stable for every amount and never leaves 0..1.

    References
    ----------
    .. [1] ``lebeda2008`` for the first steps; Jurasinski 2001 for the threshold; the rest assumed or fitted to the
       masseter trial, see docs/explanation/what-the-injection-does.md.
    """
    amounts = np.asarray(amount, float)
    if not (np.isfinite(amounts).all() and (amounts >= 0).all()):
        raise ValueError("amount of bound toxin must be finite and not negative")
    moments = np.atleast_1d(np.asarray(days, float))
    grid = _grid(float(moments.max(initial=0.0)), step_d)
    light_chain = _light_chain(parameters, (grid[:-1] + grid[1:]) / 2)
    cleaved = _cleaved(parameters, amounts, light_chain, np.diff(grid))
    return _release_lost(parameters, _at(grid, cleaved, moments))


def block_of_several(
    parameters: EndplateParameters,
    amounts: ArrayLike,
    on_days: ArrayLike,
    days: ArrayLike,
    slower_each: float = 0.0,
    step_d: float = 0.5,
) -> NDArray[np.float64]:
    """Return the blocked fraction of release after several injections.

    Parameters
    ----------
    parameters : EndplateParameters
        Numbers, not draws.
    amounts : array_like, shape (k, a)
        Bound toxin of each injection at each endplate or muscle, in reference amounts; not negative.
    on_days : array_like, shape (k,)
        Days of the injections, in the time of `days`.
    days : array_like, shape (m,)
        Days to look at, rising.
    slower_each : float
        Share by which the light chain's half-life grows with each injection; mouse junctions recovered more slowly
        after a second and third one.
    step_d : float
        Step of the integration, in days.

    Returns
    -------
    ndarray, shape (a, m)

    Notes
    -----
    Light chains add up; what they cleave is one pool. With one injection this is `block`.

    References
    ----------
    .. [1] Rogozhin 2008, J Physiol 586:3163, half of release back after 6, 11 and 15 weeks; `slower_each` is assumed.
    """
    put, moments = np.atleast_2d(np.asarray(amounts, float)), np.atleast_1d(np.asarray(days, float))
    starts = np.atleast_1d(np.asarray(on_days, float))
    if not (np.isfinite(put).all() and (put >= 0).all() and np.isfinite(starts).all()):
        raise ValueError("amounts must be finite and not negative, and their days finite")
    if starts.size == 0:
        return np.zeros((put.shape[-1], moments.size))
    first = float(starts.min())
    grid = first + np.arange(0.0, max(float(moments.max(initial=first)) - first, step_d) + step_d, step_d)
    middle = (grid[:-1] + grid[1:]) / 2
    light = np.zeros((put.shape[1], middle.size))
    for number, i in enumerate(np.argsort(starts, kind="stable")):
        life = np.asarray(parameters.light_chain_half_life_d) * (1.0 + slower_each) ** number
        chain = _light_chain(replace(parameters, light_chain_half_life_d=life), middle - starts[i])
        light += put[i][:, None] * chain.reshape(-1)
    cleaved = _cleaved(parameters, np.ones(1), light, np.diff(grid))[..., 0]
    return np.where(moments < first, 0.0, _release_lost(parameters, _at(grid, cleaved, moments)))


def _grid(last: float, step: float) -> NDArray[np.float64]:
    """Days of the integration: in small steps until uptake is over, then in steps of four times the length."""
    early = np.arange(0.0, min(max(last, step), SETTLED_D) + step, step)
    return np.concatenate([early, np.arange(early[-1] + 4 * step, last + 4 * step, 4 * step)])


def _light_chain(p: EndplateParameters, times_d: NDArray[np.float64]) -> NDArray[np.float64]:
    inner = np.array(ISOLATED_MUSCLE.steps()) * MINUTES_PER_DAY
    uptake, loss = np.broadcast_arrays(np.asarray(p.uptake_per_day, float), LN2 / np.asarray(p.light_chain_half_life_d))
    rates = np.stack([uptake, *(np.full(uptake.shape, rate) for rate in inner), loss], axis=-1)
    return chain_amount(rates, times_d)


def _cleaved(p: EndplateParameters, amounts: NDArray, light_chain: NDArray, steps_d: NDArray) -> NDArray:
    """Cleaved fraction at the grid points, shape (steps + 1, ..., a)."""
    returning = LN2 / p.substrate_half_life_d
    # Time comes first, so that each step works on neighbours in memory.
    light = np.moveaxis(light_chain, -1, 0)[..., None]
    rate = returning + p.cleavage_per_day * amounts * light
    keep = np.exp(-rate * steps_d.reshape(-1, *(1,) * (rate.ndim - 1)))
    gain = returning / rate * (1.0 - keep)
    intact = np.ones((len(rate) + 1, *rate.shape[1:]))
    for i in range(len(rate)):
        intact[i + 1] = intact[i] * keep[i] + gain[i]
    return 1.0 - intact


def _at(grid: NDArray, values: NDArray, moments: NDArray) -> NDArray:
    """Values at the moments, read linearly between the points of the grid, time last."""
    below = np.clip(np.searchsorted(grid, moments, side="right") - 1, 0, grid.size - 2)
    weight = np.clip((moments - grid[below]) / (grid[below + 1] - grid[below]), 0.0, 1.0)
    weight = weight.reshape(-1, *(1,) * (values.ndim - 1))
    return np.moveaxis(values[below] * (1.0 - weight) + values[below + 1] * weight, 0, -1)


def _release_lost(p: EndplateParameters, cleaved: NDArray) -> NDArray:
    x = np.clip(cleaved, 0.0, 1.0)
    # The usual exponent is a product: a power takes ten times as long.
    powered = x * x * x if p.steepness == 3.0 else x**p.steepness
    return powered / (powered + p.half_block**p.steepness)
