"""Needle sites placed on a drawing of the neck, as places in the neck model, whose millimetres the drawings keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from reprieve.pharmacology.belly import Belly
from reprieve.record.plan import Injection, SitePosition
from reprieve.reference.body_map import drawing_box, map_version, views

# Of each view: the way to the viewer's right and the way into the paper. x: front, y: up, z: the patient's right.
_AXES: Mapping[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = MappingProxyType(
    {
        "neck_back": ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
        "neck_front": ((0.0, 0.0, -1.0), (-1.0, 0.0, 0.0)),
        "neck_right": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
        "neck_left": ((-1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    }
)


def placed_needles(
    injection: Injection, bellies: Sequence[Belly], sites: int
) -> tuple[tuple[Belly, NDArray[np.float64]], ...] | None:
    """Return the needles of one muscle where somebody placed them, or None if not all are on one view of the neck.

    Notes
    -----
    A drawing tells two coordinates. The third, along the line of sight ``e``, is the one at which the line passes the
    belly most deeply: of the quadratic form ``Q(p) = (p - c)' A (p - c)`` of the ellipsoid, which is 1 on its surface,
    the least value is at ``s = -(e' A d) / (e' A e)``. Of several bellies the one with the least value is taken.
    """
    if injection.side not in ("left", "right", "midline"):
        return None
    for view in _AXES:
        places = [one for one in injection.positions if one.view == view and one.map == map_version()]
        if len(places) == sites:
            return tuple(_deepest(bellies, *_line(one)) for one in places)
    return None


def _line(place: SitePosition) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A point of the line of sight through the place on the drawing, and the line's direction."""
    left, top, width, height = drawing_box(views()[place.view].drawing)
    share = 1.0 - float(place.x) if views()[place.view].mirrored else float(place.x)
    across, into = (np.array(axis) for axis in _AXES[place.view])
    seen = left + share * width
    # The left view is the right one turned over: to its viewer's right lies the back.
    point = (-seen if views()[place.view].mirrored else seen) * across
    return point + np.array([0.0, -(top + float(place.y) * height), 0.0]), into


def _deepest(
    bellies: Sequence[Belly], point: NDArray[np.float64], into: NDArray[np.float64]
) -> tuple[Belly, NDArray[np.float64]]:
    found: list[tuple[float, Belly, NDArray[np.float64]]] = []
    for belly in bellies:
        fibre = np.array(belly.fibre) / np.linalg.norm(belly.fibre)
        along = np.outer(fibre, fibre)
        form = along / belly.long_mm**2 + (np.eye(3) - along) / belly.short_mm**2
        offset = point - np.array(belly.centre)
        offset = offset - (into @ form @ offset) / (into @ form @ into) * into
        found.append((float(offset @ form @ offset), belly, np.array(belly.centre) + offset))
    return min(found, key=lambda one: one[0])[1:]
