"""Body maps for print: the drawings of the reference data with the muscles of a sheet filled dark."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from reprieve.record.plan import Side, SitePosition
from reprieve.reference.body_map import body_regions, drawing, drawing_box, map_version, views
from reprieve.reference.muscle_catalogue import target_members

Target = tuple[str, Side | None]

SVG = "http://www.w3.org/2000/svg"
DARK, DEEP, PALE, LINE = "#1f2a33", "#a3b4bd", "#f6f4f1", "#8b8680"
# Which views can show a muscle, the ones that show most detail first; a body view is printed when no panel has it.
PANELS = ("neck_front", "neck_back", "face")
# Printed only where a needle site was placed on them.
ON_DEMAND = ("neck_right", "neck_left", "arm_front", "arm_back")
BODIES = ("front", "back")
# Head, neck and shoulders of the body drawings, to show where the schematic panels lie.
HEADS = {"front": "218 60 290 330", "back": "940 60 290 330"}
_NAMES = {
    "neck_front": "neck, front",
    "neck_back": "neck, back",
    "neck_right": "neck, right side",
    "neck_left": "neck, left side",
    "arm_front": "arm, palm side",
    "arm_back": "arm, back",
    "face": "face",
    "front": "front",
    "back": "back",
}
# What stands at the left and at the right edge, where it is not the patient's right and left.
_EDGES = {
    "neck_back": ("left", "right"),
    "arm_back": ("left", "right"),
    "back": ("left", "right"),
    "neck_right": ("back", "front"),
    "neck_left": ("front", "back"),
}
_EXCHANGED = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedMap:
    """One drawing; the words say which of the patient's sides lies at which edge of the paper."""

    name: str
    svg: str
    left_word: str
    right_word: str
    height_mm: int
    shown: frozenset[Target]


def printed_maps(targets: Collection[Target], positions: Collection[SitePosition] = ()) -> tuple[PrintedMap, ...]:
    """Return the views that show `targets` (muscle or label group, and the patient's side).

    Needle sites placed on this version of the drawings are dots, on the view that they were placed on.
    """
    wanted: dict[Target, Target] = {
        (member, side): (name, side) for name, side in targets for member in target_members(name)
    }
    dots = [place for place in positions if place.map == map_version()]
    placed = {place.view for place in dots}
    panels = [*PANELS, *(view for view in ON_DEMAND if view in placed)]
    maps = [made for panel in panels if (made := _marked(panel, wanted, dots)).shown]
    seen = frozenset[Target]().union(*(made.shown for made in maps))
    rest = set(wanted.values()) - seen
    neck = any(made.name.startswith("neck") for made in maps)
    for body in BODIES:
        whole = _marked(body, wanted, dots)
        if rest & whole.shown or (body in placed and whole.shown):
            maps.append(whole)
        elif neck and whole.shown:
            maps.append(_marked(body, wanted, (), crop=HEADS[body]))
    return tuple(maps) or (_marked("front", {}, ()),)


def _marked(
    view: str, wanted: dict[Target, Target], positions: Iterable[SitePosition], crop: str | None = None
) -> PrintedMap:
    shown_as = views()[view]
    root = ElementTree.fromstring(drawing(shown_as.drawing))
    if crop:
        root.set("viewBox", crop)
    shown: set[Target] = set()
    for element in root.iter():
        if element.get("class") != "region":
            continue
        if shown_as.mirrored and (side := _EXCHANGED.get(element.get("data-side") or "")):
            element.set("data-side", side)
        hits = {target: deep for place, target in wanted.items() if (deep := _deep(element, view, *place)) is not None}
        shown |= hits.keys()
        element.set("fill", PALE if not hits else DEEP if all(hits.values()) else DARK)
        element.set("fill-opacity", "1" if hits else "0.55")
        element.set("stroke", LINE)
    # What is marked is drawn last, so that no pale neighbour lies over it.
    root[:] = sorted(root, key=lambda part: any(row.get("fill") in (DARK, DEEP) for row in part.iter()))
    ElementTree.register_namespace("", SVG)
    box = drawing_box(shown_as.drawing)
    if shown_as.mirrored:
        _turn_over(root, 2 * box[0] + box[2])
    root.extend(_dot(place, box) for place in positions if place.view == view)
    edges = _EDGES.get(view, ("right", "left"))
    return PrintedMap(
        name=_NAMES[view],
        svg=ElementTree.tostring(root, encoding="unicode"),
        left_word=edges[0],
        right_word=edges[1],
        height_mm=62 if view in BODIES and not crop else 31,
        shown=frozenset(shown),
    )


def _turn_over(root: ElementTree.Element, both_edges: float) -> None:
    """Draw everything as its mirror image, within the same frame."""
    group = ElementTree.Element(f"{{{SVG}}}g", {"transform": f"translate({both_edges:g} 0) scale(-1 1)"})
    group[:] = root[:]
    root[:] = [group]


def _dot(place: SitePosition, box: tuple[float, float, float, float]) -> ElementTree.Element:
    left, top, width, height = box
    size = 0.016 * max(width, height)
    return ElementTree.Element(
        f"{{{SVG}}}circle",
        {
            "class": "site",
            "cx": f"{left + float(place.x) * width:.2f}",
            "cy": f"{top + float(place.y) * height:.2f}",
            "r": f"{size:.2f}",
            "fill": "#ffffff",
            "stroke": "#000000",
            "stroke-width": f"{size * 0.45:.2f}",
        },
    )


def _deep(element: ElementTree.Element, view: str, muscle: str, side: Side | None) -> bool | None:
    """Return False where `muscle` lies at the surface of the region, True where it lies under it, None elsewhere."""
    drawn = element.get("data-side")
    if side in ("left", "right") and drawn in ("left", "right") and drawn != side:
        return None
    if (own := element.get("data-muscle")) is not None:
        return False if own == muscle else None
    region = body_regions().get((view, element.get("data-region") or ""))
    if region is None or muscle not in region.muscles:
        return None
    return region.muscles[0] != muscle
