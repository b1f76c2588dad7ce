"""A chain of first-order steps, in closed form."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm

# Below this relative gap between two rates the closed form loses digits and the matrix exponential takes over.
_SMALLEST_GAP = 1e-3
# exp(-50) is nothing beside any weight that the gap allows.
_DEAD = 50.0


def chain_amount(rates: ArrayLike, times: ArrayLike) -> NDArray[np.float64]:
    """Return the amount in the last compartment of a chain that starts with one unit in the first.

    Parameters
    ----------
    rates : array_like, shape (..., n)
        First-order rate out of each compartment, per unit of time; not negative. The last rate is the loss from the
        last compartment (0 keeps all that arrives).
    times : array_like, shape (m,)
        Times, in the same unit; before 0 nothing is there.

    Returns
    -------
    ndarray, shape (..., m)
        Amount in compartment n at each time, between 0 and 1.

    Notes
    -----
    Bateman's solution: ``x_n(t) = k_1 ... k_(n-1) sum_i exp(-k_i t) / prod_(j != i) (k_j - k_i)``. Where two rates
    nearly meet, the same amount is taken from the matrix exponential.
    """
    k = np.asarray(rates, float)
    t = np.asarray(times, float)
    if not (np.isfinite(k).all() and (k >= 0).all()):
        raise ValueError(f"rates of a chain must be finite and not negative, but got {k!r}")
    flat = k.reshape(-1, k.shape[-1])
    close = _close(flat)
    amounts = np.empty((len(flat), t.size))
    amounts[~close] = _bateman(flat[~close], t)
    for row in np.flatnonzero(close):
        amounts[row] = _one_chain(flat[row], np.maximum(t, 0.0))
    amounts = np.where(t > 0, np.clip(amounts, 0.0, 1.0), 0.0)
    return amounts.reshape(*k.shape[:-1], t.size)


def _close(k: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which chains have two rates that nearly meet."""
    ordered = np.sort(k, axis=-1)
    gaps = np.diff(ordered, axis=-1) / np.maximum(ordered[..., 1:], 1e-300)
    return np.asarray((gaps < _SMALLEST_GAP).any(axis=-1), bool)


def _bateman(k: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
    differences = k[:, None, :] - k[:, :, None]
    np.einsum("aii->ai", differences)[...] = 1.0
    weights = np.prod(k[:, :-1], axis=-1)[:, None] / np.prod(differences, axis=-1)
    t, amounts = np.maximum(t, 0.0), np.zeros((len(k), t.size))
    for i in range(k.shape[-1]):
        # What has died away in every chain is left out: quick steps live for the first day only.
        alive = np.flatnonzero(t * k[:, i].min(initial=np.inf) < _DEAD) if len(k) else np.arange(0)
        if alive.size == t.size:
            amounts += weights[:, i, None] * np.exp(-k[:, i, None] * t)
        else:
            amounts[:, alive] += weights[:, i, None] * np.exp(-k[:, i, None] * t[alive])
    return amounts


def _one_chain(k: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.diag(-k) + np.diag(k[:-1], -1)
    return np.asarray(expm(matrix * t[:, None, None]), float)[:, -1, 0]
