"""Body maps for print: the drawings of the reference data with the muscles of a sheet filled dark."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Collection
from dataclasses import dataclass

from reprieve.record.plan import Side
from reprieve.reference.body_map import body_regions, drawing
from reprieve.reference.muscle_catalogue import target_members

Target = tuple[str, Side | None]

SVG = "http://www.w3.org/2000/svg"
DARK, DEEP, PALE, LINE = "#1f2a33", "#a3b4bd", "#f6f4f1", "#8b8680"
# Which drawings can show a muscle, the ones that show most detail first; a body view is printed when no panel has it.
PANELS = ("panel_neck_front", "panel_neck_back", "panel_face")
BODIES = {"front": "body_front", "back": "body_back"}
# Head, neck and shoulders of the body drawings, to show where the schematic panels lie.
HEADS = {"body_front": "218 60 290 330", "body_back": "940 60 290 330"}
_NAMES = {
    "panel_neck_front": "neck, front",
    "panel_neck_back": "neck, back",
    "panel_face": "face",
    "body_front": "front",
    "body_back": "back",
}
_BACK = frozenset({"panel_neck_back", "body_back"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedMap:
    """One drawing; the words say which of the patient's sides lies at which edge of the paper."""

    name: str
    svg: str
    left_word: str
    right_word: str
    height_mm: int
    shown: frozenset[Target]


def printed_maps(targets: Collection[Target]) -> tuple[PrintedMap, ...]:
    """Return the drawings that show `targets` (muscle or label group, and the patient's side)."""
    wanted: dict[Target, Target] = {
        (member, side): (name, side) for name, side in targets for member in target_members(name)
    }
    maps = [made for panel in PANELS if (made := _marked(panel, wanted)).shown]
    seen = frozenset[Target]().union(*(made.shown for made in maps))
    rest = set(wanted.values()) - seen
    neck = any(made.name.startswith("neck") for made in maps)
    for body in BODIES.values():
        whole = _marked(body, wanted)
        if rest & whole.shown:
            maps.append(whole)
        elif neck and whole.shown:
            maps.append(_marked(body, wanted, crop=HEADS[body]))
    return tuple(maps) or (_marked("body_front", {}),)


def _marked(name: str, wanted: dict[Target, Target], crop: str | None = None) -> PrintedMap:
    root = ElementTree.fromstring(drawing(name))
    if crop:
        root.set("viewBox", crop)
    shown: set[Target] = set()
    for element in root.iter():
        if element.get("class") != "region":
            continue
        hits = {target: deep for place, target in wanted.items() if (deep := _deep(element, name, *place)) is not None}
        shown |= hits.keys()
        element.set("fill", PALE if not hits else DEEP if all(hits.values()) else DARK)
        element.set("fill-opacity", "1" if hits else "0.55")
        element.set("stroke", LINE)
    # What is marked is drawn last, so that no pale neighbour lies over it.
    root[:] = sorted(root, key=lambda part: any(row.get("fill") in (DARK, DEEP) for row in part.iter()))
    ElementTree.register_namespace("", SVG)
    back = name in _BACK
    return PrintedMap(
        name=_NAMES[name],
        svg=ElementTree.tostring(root, encoding="unicode"),
        left_word="left" if back else "right",
        right_word="right" if back else "left",
        height_mm=62 if name.startswith("body") and not crop else 31,
        shown=frozenset(shown),
    )


def _deep(element: ElementTree.Element, name: str, muscle: str, side: Side | None) -> bool | None:
    """Return False where `muscle` lies at the surface of the region, True where it lies under it, None elsewhere."""
    drawn = element.get("data-side")
    if side in ("left", "right") and drawn in ("left", "right") and drawn != side:
        return None
    if (own := element.get("data-muscle")) is not None:
        return False if own == muscle else None
    view = next((view for view, body in BODIES.items() if body == name), "")
    region = body_regions().get((view, element.get("data-region") or ""))
    if region is None or muscle not in region.muscles:
        return None
    return region.muscles[0] != muscle
