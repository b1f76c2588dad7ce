"""Body map: drawings whose regions name muscles, and menus for muscles that lie too deep to draw.

Sides are the patient's: in a front view the patient's right is at the viewer's left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from reprieve.core.errors import ReferenceDataError
from reprieve.reference._files import DATA, read_json, read_text
from reprieve.reference._names import unknown

_FOLDER = "anatomy/bodymap"


@dataclass(frozen=True, slots=True)
class BodyRegion:
    """One outlined region of the front or back drawing; the superficial muscle comes first."""

    id: str
    view: str
    sides: tuple[str, ...]
    muscles: tuple[str, ...]
    panel: str | None = None


@dataclass(frozen=True, slots=True)
class MuscleMenu:
    """Deep muscles that a screen lists by name beside the drawing `beside`."""

    id: str
    name: str
    beside: str
    muscles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One view of the map: a drawing, or its mirror image, on which the sides of its muscles are exchanged."""

    drawing: str
    mirrored: bool


@cache
def map_version() -> str:
    """Return the version of the drawings, to which the recorded place of a needle site belongs."""
    return read_json(f"{_FOLDER}/map.json")["version"]


@cache
def views() -> Mapping[str, View]:
    """Return the views by name: ``neck_back``, ``neck_left``, ``front``, ..."""
    rows = read_json(f"{_FOLDER}/map.json")["views"]
    return MappingProxyType({name: View(**row) for name, row in rows.items()})


@cache
def body_regions() -> Mapping[tuple[str, str], BodyRegion]:
    """Return the regions by ``(view, id)``."""
    regions: dict[tuple[str, str], BodyRegion] = {}
    for row in read_json(f"{_FOLDER}/regions.json")["regions"]:
        key = (row["view"], row["id"])
        if key in regions:
            raise ReferenceDataError(f"body region {key} stands twice in the reference data; keep one")
        regions[key] = BodyRegion(row["id"], row["view"], tuple(row["sides"]), tuple(row["muscles"]), row.get("panel"))
    return MappingProxyType(regions)


@cache
def muscle_menus() -> Mapping[str, MuscleMenu]:
    """Return the menus of deep muscles by id."""
    rows = read_json(f"{_FOLDER}/menus.json")["menus"]
    return MappingProxyType({row["id"]: MuscleMenu(**{**row, "muscles": tuple(row["muscles"])}) for row in rows})


def drawings() -> tuple[str, ...]:
    """Return the names of the drawings: ``body_front``, ``body_back``, ``panel_face``, ``panel_neck_back``, ..."""
    return tuple(sorted(path.stem for path in (DATA / _FOLDER).glob("*.svg")))


@cache
def drawing_box(name: str) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the drawing `name` in its own measure."""
    head = drawing(name).split('viewBox="', 1)[1].split('"', 1)[0]
    left, top, width, height = (float(word) for word in head.split())
    return left, top, width, height


def drawing(name: str) -> str:
    """Return the SVG text of the drawing `name`.

    Regions carry ``data-region`` (see `body_regions`) or ``data-muscle``, and ``data-side`` (the patient's side).
    """
    if name not in drawings():
        raise unknown("drawing", name, drawings())
    return read_text(f"{_FOLDER}/{name}.svg")
