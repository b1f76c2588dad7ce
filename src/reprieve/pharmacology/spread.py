"""Where the toxin of one needle position ends up, bound, in a homogeneous tissue: a closed form.

The fluid fills a small ellipsoid along the fibres; from there the toxin wanders and is taken up on the way. Only the
bound amount matters later, and it solves one elliptic equation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadParameters:
    """Parameters of the spread; each a number or an array of draws, shape (d,).

    Attributes
    ----------
    reach_mm : float or ndarray
        Distance over which the bound amount falls by e across the fibres, lambda.
    along_fibres : float or ndarray
        How many times further it goes along the fibres.
    interstitial_fraction : float or ndarray
        Share of the tissue that the fluid can fill.
    """

    reach_mm: float | NDArray[np.float64] = 5.0
    along_fibres: float | NDArray[np.float64] = 1.5
    interstitial_fraction: float | NDArray[np.float64] = 12.0 / 72.0


def fluid_radius_mm(volume_ml: ArrayLike, parameters: SpreadParameters) -> NDArray[np.float64]:
    """Return the radius across the fibres of the ellipsoid that the fluid fills, in mm.

    Examples
    --------
    >>> round(float(fluid_radius_mm(0.1, SpreadParameters(along_fibres=1.0))), 2)
    5.23
    """
    filled = np.asarray(volume_ml, float) * 1000.0 / np.asarray(parameters.interstitial_fraction)
    return np.cbrt(3.0 * filled / (4.0 * np.pi * np.asarray(parameters.along_fibres)))


def bound_density(
    offsets_mm: ArrayLike, fibre: ArrayLike, units: float, volume_ml: float, parameters: SpreadParameters
) -> NDArray[np.float64]:
    """Return the bound density around one needle position.

    Parameters
    ----------
    offsets_mm : array_like, shape (n, 3) or (d, n, 3)
        Points, seen from the needle position; in the second form of each draw.
    fibre : array_like, shape (3,)
        Unit vector along the fibres.
    units : float
        Units at this position, of one product.
    volume_ml : float
        Volume at this position; positive.
    parameters : SpreadParameters
        Numbers, or draws of shape (d,).

    Returns
    -------
    ndarray, shape (n,) or (d, n)
        Units per mL of tissue. Over all space it sums to `units`.

    Notes
    -----
    With distances along the fibres shrunk by their ratio, and ``u = r / lambda``, ``alpha = a / lambda``:
    inside, ``S0 (1 - (1 + alpha) exp(-alpha) sinh(u) / u)``; outside, ``S0 (alpha cosh(alpha) - sinh(alpha))
    exp(-u) / u``; ``S0`` is the dose over the volume of the filled ellipsoid.
    """
    offsets = np.atleast_2d(np.asarray(offsets_mm, float))
    along = offsets @ np.asarray(fibre, float)
    across_squared = np.maximum((offsets**2).sum(axis=-1) - along**2, 0.0)
    ratio, reach = (np.asarray(v, float)[..., None] for v in (parameters.along_fibres, parameters.reach_mm))
    u = np.sqrt(across_squared + (along / ratio) ** 2) / reach
    radius = fluid_radius_mm(volume_ml, parameters)[..., None]
    source = 1000.0 * units / (4.0 / 3.0 * np.pi * radius**3 * ratio)
    return source * _ball(u, radius / reach)


def _ball(u: NDArray[np.float64], alpha: NDArray[np.float64]) -> NDArray[np.float64]:
    safe = np.maximum(u, 1e-6)  # sinh(u)/u is 1 to twelve digits there
    inner = np.minimum(safe, alpha)
    inside = 1.0 - (1.0 + alpha) * np.exp(-alpha) * np.sinh(inner) / inner
    outside = (alpha * np.cosh(alpha) - np.sinh(alpha)) * np.exp(-safe) / safe
    return np.where(u <= alpha, inside, outside)
