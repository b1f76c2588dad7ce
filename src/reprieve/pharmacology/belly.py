"""A muscle as a few ellipsoids, with its endplates at mid-belly and its needle positions along it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))
BAND_HALF_WIDTH = 0.1  # of the long semi-axis: endplates at mid-belly where the zone is not known
NEEDLES_WITHIN = 0.5  # of the short semi-axis: needle positions lie evenly across the middle half of the width


@dataclass(frozen=True, slots=True, kw_only=True)
class Belly:
    """One ellipsoid of revolution along the fibres, in mm, in the frame of its model.

    `band` is where its endplates lie along the fibres, from -1 to 1 of the long semi-axis.
    """

    centre: tuple[float, float, float]
    fibre: tuple[float, float, float]
    long_mm: float
    short_mm: float
    band: tuple[float, float] = (-BAND_HALF_WIDTH, BAND_HALF_WIDTH)

    @property
    def volume_ml(self) -> float:
        """Volume, in mL."""
        return 4.0 / 3.0 * np.pi * self.long_mm * self.short_mm**2 / 1000.0

    def mirrored(self) -> Belly:
        """Return the same belly on the other side; the third axis points to the patient's right."""
        (x, y, z), (u, v, w) = self.centre, self.fibre
        return replace(self, centre=(x, y, -z), fibre=(u, v, -w))


def sphere_of(volume_ml: float, elongation: float = 3.0) -> Belly:
    """Return a belly of a known volume whose place is not known, `elongation` times as long as wide."""
    short = float(np.cbrt(3.0 * volume_ml * 1000.0 / (4.0 * np.pi * elongation)))
    return Belly(centre=(0.0, 0.0, 0.0), fibre=(0.0, 1.0, 0.0), long_mm=elongation * short, short_mm=short)


def endplates(bellies: Sequence[Belly], count: int = 48) -> NDArray[np.float64]:
    """Return points that stand for the endplates, spread evenly over the band of each belly.

    Parameters
    ----------
    bellies : sequence of Belly
        The muscle; points are shared out by volume.
    count : int
        Points wanted in all.

    Returns
    -------
    ndarray, shape (about count, 3)
        Points in mm.
    """
    return np.concatenate(
        [_disc(belly, max(4, n)) for belly, n in zip(bellies, _shares(bellies, count), strict=True)], axis=0
    )


def fill(bellies: Sequence[Belly], count: int = 48) -> NDArray[np.float64]:
    """Return points spread evenly over the whole of a structure, shape (about count, 3), in mm."""
    return np.concatenate(
        [_solid(belly, max(4, n)) for belly, n in zip(bellies, _shares(bellies, count), strict=True)], axis=0
    )


def needle_positions(bellies: Sequence[Belly], sites: int) -> list[tuple[Belly, NDArray[np.float64]]]:
    """Return `sites` needle positions: shared out by volume, at the endplates of each belly and evenly across it.

    An injector looks for the endplates; those of one belly stand side by side, alternately at a quarter and at three
    quarters of the band.
    """
    placed: list[tuple[Belly, NDArray[np.float64]]] = []
    for belly, n in zip(bellies, _largest_remainder(bellies, sites), strict=True):
        fibre, first = _frame(belly)
        aside = (2.0 * np.arange(n) + 1.0 - n) / max(n, 1) * NEEDLES_WITHIN * belly.short_mm
        low, high = belly.band
        turns = 0.0 if n == 1 else 0.25 * (-1.0) ** np.arange(n)
        along = ((low + high) / 2.0 + turns * (high - low)) * belly.long_mm * np.ones(n)
        placed += [(belly, np.array(belly.centre) + u * fibre + v * first) for u, v in zip(along, aside, strict=True)]
    return placed


def _shares(bellies: Sequence[Belly], count: int) -> list[int]:
    total = sum(belly.volume_ml for belly in bellies)
    return [round(count * belly.volume_ml / total) for belly in bellies]


def _largest_remainder(bellies: Sequence[Belly], count: int) -> list[int]:
    """Whole shares of `count` in proportion to volume that add up to it."""
    volumes = np.array([belly.volume_ml for belly in bellies])
    exact = count * volumes / volumes.sum()
    whole = np.floor(exact).astype(int)
    for i in np.argsort(whole - exact, kind="stable")[: count - int(whole.sum())]:
        whole[i] += 1
    return whole.tolist()


def _disc(belly: Belly, n: int) -> NDArray[np.float64]:
    i = np.arange((n + 1) // 2)
    low, high = belly.band
    height = low + (high - low) * ((i * 0.61803398875) % 1.0)
    # At mid-belly the disc is taken as flat; towards an end it narrows with the belly.
    narrowed = 1.0 if max(-low, high) <= BAND_HALF_WIDTH else np.sqrt(np.maximum(1.0 - height**2, 0.0))
    radius = belly.short_mm * narrowed * np.sqrt((i + 0.5) / i.size)
    return _placed(belly, radius, i * GOLDEN_ANGLE, belly.long_mm * height)


def _solid(belly: Belly, n: int) -> NDArray[np.float64]:
    i = np.arange((n + 1) // 2)
    height = (2.0 * i + 1.0 - i.size) / i.size
    shell = np.cbrt((i * 0.61803398875 + 0.5) % 1.0)
    radius = belly.short_mm * np.sqrt(1.0 - height**2) * shell
    return _placed(belly, radius, i * GOLDEN_ANGLE, belly.long_mm * height * shell)


def _frame(belly: Belly) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The fibre and the axis across it that lies towards the front: both of a mirrored belly are the mirrored ones."""
    fibre = np.array(belly.fibre) / np.linalg.norm(belly.fibre)
    forward = np.array([1.0, 0.0, 0.0] if abs(fibre[0]) < 0.9 else [0.0, 1.0, 0.0])
    first = forward - (forward @ fibre) * fibre
    return fibre, first / np.linalg.norm(first)


def _placed(belly: Belly, radius: NDArray, angle: NDArray, height: NDArray) -> NDArray[np.float64]:
    """Points around the axis, each with its twin across the plane of the fibre and the first axis.

    The twins make the cloud of a mirrored belly the mirrored cloud, whichever way the second axis turns.
    """
    fibre, first = _frame(belly)
    second = np.cross(fibre, first)
    middle = np.array(belly.centre) + height[:, None] * fibre + (radius * np.cos(angle))[:, None] * first
    aside = (radius * np.sin(angle))[:, None] * second
    return np.concatenate([middle + aside, middle - aside])
