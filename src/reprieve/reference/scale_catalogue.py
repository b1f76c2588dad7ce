"""Rating scales: structure and arithmetic, never the instrument's own wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from reprieve.core.errors import ReferenceDataError
from reprieve.reference._files import read_json
from reprieve.reference._names import unknown

ScaleMethod = Literal["expression", "arm_dystonia_disability", "graded", "goal_attainment", "profile"]
MissingRule = Literal["not_applicable_is_zero", "mean_of_applicable", "mean_of_answered"]


@dataclass(frozen=True, slots=True)
class ScaleItem:
    """One item: a number from `minimum` to `maximum` in steps (0: any value), or one of `choices`.

    `optional` items may stay empty without a gap in the total; `scored` is False for dates kept beside the answers.
    """

    id: str
    label: str
    minimum: float | None
    maximum: float | None
    step: float
    choices: tuple[str, ...]
    not_applicable: bool
    optional: bool
    scored: bool


@dataclass(frozen=True, slots=True)
class Subscale:
    """A part with a total of its own."""

    id: str
    minimum: float
    maximum: float
    formula: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MinimalChange:
    """A published smallest change that patients notice; `delta` is signed towards improvement, None if it varies."""

    of: str
    delta: float | None
    source: str
    anchor: str | None = None
    population: str | None = None
    rule: str | None = None
    ci95: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """One instrument in one version.

    `complete` is False where the items were not all read: such a scale can be recorded, but no total is computed.
    `checked` says whether ranges and formula were read in the sources; `checked_parts` tells which.
    """

    id: str
    name: str
    version: str
    domains: tuple[str, ...]
    rater: str
    higher_is: Literal["worse", "better"]
    items: tuple[ScaleItem, ...]
    complete: bool
    subscales: tuple[Subscale, ...]
    method: ScaleMethod
    formula: str | None
    total_minimum: float | None
    total_maximum: float | None
    total_unit: str | None
    missing_rule: MissingRule | None
    minimal_changes: tuple[MinimalChange, ...]
    notes: str | None
    conflicts: tuple[str, ...]
    licence: str
    may_ship_item_wording: bool
    checked: bool
    checked_parts: str | None
    sources: tuple[str, ...]


@cache
def scales() -> Mapping[str, Scale]:
    """Return all instruments by id."""
    rows = {row["id"]: row for row in read_json("scales/scales.json")["scales"]}
    return MappingProxyType({name: _scale(row, rows) for name, row in rows.items()})


def scale(name: str) -> Scale:
    """Return the instrument `name`; capitals and hyphens do not matter (``TWSTRS``, ``CDIP-58``).

    Raises
    ------
    UnknownNameError
        With near matches; ``BFMDRS`` names two parts and must say which.
    """
    key = name.strip().lower().replace("-", "").replace(" ", "_")
    for row in scales().values():
        if key in (row.id, row.id.replace("_", "")):
            return row
    raise unknown("scale", name, scales())


def _scale(row: dict[str, Any], rows: dict[str, dict[str, Any]]) -> Scale:
    total, licence = row["total"], row["licence"]
    if not row["sources"]:
        raise ReferenceDataError(f"scale {row['id']!r} has no source; name one, or `recalled`")
    subscales = tuple(_subscales(row))
    regions = _regions(row, rows)
    items = tuple(_items(row, regions))
    return Scale(
        id=row["id"],
        name=row["name"],
        version=row.get("version", "as first published"),
        domains=tuple([row["domain"]] if isinstance(row["domain"], str) else row["domain"]),
        rater=row["rater"],
        higher_is=row["higher_is"],
        items=items,
        complete=not row.get("items_incomplete", False),
        subscales=subscales,
        method=row.get("method", "expression"),
        formula=_formula(row, regions),
        total_minimum=total["min"],
        total_maximum=total["max"],
        total_unit=total.get("unit"),
        missing_rule=row.get("missing_rule"),
        minimal_changes=tuple(_minimal_change(entry) for entry in row["mcid"]),
        notes=row.get("notes"),
        conflicts=tuple(row.get("conflicts", ())),
        licence=licence["status"],
        may_ship_item_wording=licence["may_ship_item_wording"],
        checked=row["checked"],
        checked_parts=row.get("checked_parts"),
        sources=tuple(row["sources"]),
    )


def _minimal_change(row: dict[str, Any]) -> MinimalChange:
    return MinimalChange(**{**row, "ci95": tuple(row["ci95"]) if "ci95" in row else None})


def _regions(row: dict[str, Any], rows: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    owner = rows[row["regions_same_as"]] if "regions_same_as" in row else row
    return owner.get("regions", [])


def _formula(row: dict[str, Any], regions: list[dict[str, Any]]) -> str | None:
    formula = row["total"]["formula"]
    if formula != "sum(regions)":
        return formula
    return " + ".join(f"({_in_region(row['region_formula'], region, row['region_items'])})" for region in regions)


def _in_region(formula: str, region: dict[str, Any], items: list[dict[str, Any]]) -> str:
    words = {item["id"]: f"{region['id']}_{item['id']}" for item in items}
    words["weight"] = str(region.get("weight", 1))
    return "".join(words.get(token, token) for token in _tokens(formula))


def _items(row: dict[str, Any], regions: list[dict[str, Any]]) -> Iterator[ScaleItem]:
    for entry in row.get("items", []):
        yield _item(entry["id"], entry)
    for region in regions:
        for entry in row["region_items"]:
            words = {"label": f"{region['id'].replace('_', ' ')}: {entry.get('label', entry['id'])}"}
            yield _item(f"{region['id']}_{entry['id']}", {**entry, **words})
    template = row.get("item_template")
    if template:
        for name in _template_names(row, template["count"]):
            yield _item(name, {**template, "label": name.replace("_", " ")})


def _template_names(row: dict[str, Any], count: int) -> list[str]:
    parts = row.get("subscales") or {"item": {"n_items": count}}
    names = [f"{part}_{number}" for part, one in parts.items() for number in range(1, one["n_items"] + 1)]
    if len(names) != count:
        raise ReferenceDataError(f"scale {row['id']!r}: {count} items, but its parts hold {len(names)}; correct it")
    return names


def _item(name: str, row: dict[str, Any]) -> ScaleItem:
    return ScaleItem(
        id=name,
        label=row["label"],
        minimum=row.get("min"),
        maximum=row.get("max"),
        step=row.get("step", 1),
        choices=tuple(row.get("choices", ())),
        not_applicable=row.get("not_applicable", False),
        optional=row.get("optional", False),
        scored=row.get("type") != "date",
    )


def _subscales(row: dict[str, Any]) -> Iterator[Subscale]:
    for name, entry in row.get("subscales", {}).items():
        formula = entry.get("formula")
        if formula is None:
            items = tuple(f"{name}_{number}" for number in range(1, entry["n_items"] + 1))
            formula = _with_count(row["subscale_formula"], items)
        else:
            items = tuple(item["id"] for item in row["items"] if item.get("subscale") == name)
        yield Subscale(name, entry["min"], entry["max"], formula, items)


def _with_count(formula: str, items: tuple[str, ...]) -> str:
    words = {"S": f"({' + '.join(items)})", "n": str(len(items))}
    return "".join(words.get(token, token) for token in _tokens(formula))


def _tokens(formula: str) -> Iterator[str]:
    word = ""
    for sign in formula:
        if sign.isalnum() or sign == "_":
            word += sign
        else:
            yield word
            yield sign
            word = ""
    yield word
