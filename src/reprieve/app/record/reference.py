"""Reference data in the shape that the screens read; computed once."""

from __future__ import annotations

from functools import cache
from typing import Any

from reprieve.reference.body_map import body_regions, drawing
from reprieve.reference.muscle_catalogue import label_groups, muscles
from reprieve.reference.muscle_names import other_names
from reprieve.reference.posture_table import postures
from reprieve.reference.scale_catalogue import scales


@cache
def muscle_rows() -> list[dict[str, Any]]:
    """Return every target that a plan may name: id, name, region, sides, and what else it is called."""
    rows = [
        {"id": entry.id, "name": entry.name, "region": entry.region, "sides": list(entry.sides), "kind": "muscle"}
        for entry in muscles().values()
    ]
    rows += [
        {"id": group.id, "name": group.name, "region": group.region, "sides": ["left", "right"], "kind": group.kind}
        for group in label_groups().values()
        if group.kind != "class"
    ]
    for row in rows:
        row["also"] = list(other_names(row["id"]))
    return sorted(rows, key=lambda row: row["name"].casefold())


@cache
def posture_rows() -> list[dict[str, Any]]:
    """Return the postures: id, name, region, what its side means."""
    return [
        {
            "id": entry.id,
            "name": entry.name,
            "region": entry.region,
            "direction": entry.direction,
            "definition": entry.definition,
        }
        for entry in postures().values()
    ]


@cache
def scale_rows() -> list[dict[str, Any]]:
    """Return the scales; the wording of an item only where the licence allows to ship it."""
    return [
        {
            "id": entry.id,
            "name": entry.name,
            "version": entry.version,
            "higher_is": entry.higher_is,
            "minimum": entry.total_minimum,
            "maximum": entry.total_maximum,
            "licence": entry.licence,
            "items": [
                {
                    "id": item.id,
                    "label": item.label,
                    "minimum": item.minimum,
                    "maximum": item.maximum,
                    "step": item.step,
                }
                for item in entry.items
            ],
        }
        for entry in scales().values()
    ]


@cache
def bodymap_rows() -> dict[str, Any]:
    """Return the regions of the drawings, each id once, with its muscles."""
    regions: dict[str, list[str]] = {}
    for region in body_regions().values():
        known = regions.setdefault(region.id, [])
        known += [name for name in region.muscles if name not in known]
    return {"regions": [{"id": key, "muscles": names} for key, names in regions.items()]}


def drawing_text(name: str) -> str:
    """Return the SVG of one drawing."""
    return drawing(name)


@cache
def product_rows() -> list[dict[str, Any]]:
    """Return the products: id, brands, vial sizes."""
    from reprieve.reference.formulary.product import products

    return [
        {
            "id": product.id,
            "brands": list(product.brands),
            "vial_units": [str(size) for size in product.vial_units],
        }
        for product in products().values()
    ]
