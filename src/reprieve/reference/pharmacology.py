"""Priors of the spread and endplate models: what is assumed, and on what ground."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

from reprieve.core.errors import ReferenceDataError
from reprieve.reference._files import read_rows

Family = Literal["log_normal", "beta", "fixed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """One parameter: a distribution, its source and whether the number itself was seen there.

    Attributes
    ----------
    family : {"log_normal", "beta", "fixed"}
        log_normal: median and standard deviation of the logarithm; beta: a and b; fixed: one value.
    values : tuple of float
        The numbers of the family.
    source, grade : str
        Key of the source, and how far it carries.
    checked : bool
        Whether the number was read in that source.
    """

    name: str
    family: Family
    values: tuple[float, ...]
    source: str
    grade: str
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PharmacologyPriors:
    """All parameters; `products` holds only products with parameters of their own, `missing` why another has none."""

    spread: dict[str, Prior]
    endplate: dict[str, Prior]
    products: dict[str, dict[str, Prior]]
    missing: dict[str, str]
    sources: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideEffectAnchor:
    """A side effect's frequency after a known plan, and how it is carried to another.

    Attributes
    ----------
    structures : tuple of str
        Ids of the risk geometry, or muscles.
    by : {"bound", "block"}
        Whether the bound amount counts or the block.
    plan : tuple of (muscle, side, units, sites)
        The plan that the frequency stands for.
    probability, logit_sd : float
        The frequency, and how unsure it is for one patient, on the logit.
    steepness, steepness_sd : float
        Rise of the logit with the log of the exposure: median and sd of its logarithm; assumed.
    """

    effect: str
    product: str
    structures: tuple[str, ...]
    by: Literal["bound", "block"]
    plan: tuple[tuple[str, Literal["left", "right"], Decimal, int], ...]
    probability: float
    logit_sd: float
    steepness: float
    steepness_sd: float
    source: str
    checked: bool
    says: str


@cache
def side_effect_anchors() -> tuple[SideEffectAnchor, ...]:
    """Return the shipped frequencies of side effects.

    Raises
    ------
    ReferenceDataError
        If a row has no known source.
    """
    raw = _document()
    for row in raw["side_effects"]:
        if row["source"] not in raw["sources"]:
            raise ReferenceDataError(
                f"side effect {row['effect']}: source {row['source']!r} is not in the list; add it"
            )
    return tuple(
        SideEffectAnchor(
            **{
                **row,
                "structures": tuple(row["structures"]),
                "plan": tuple((name, side, Decimal(units), int(sites)) for name, side, units, sites in row["plan"]),
            }
        )
        for row in raw["side_effects"]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EndplateAxis:
    """The line that a study of end plates measured along, as one coordinate of the geometry, in mm.

    Attributes
    ----------
    coordinate : int or None
        Of the frame; None: along the fibres, `from_mm` and `to_mm` then being shares of the long semi-axis.
    zone : tuple of float, optional
        Where along the line the end plates lie, if it is not the catalogue's own zones that count.
    """

    muscle: str
    coordinate: int | None
    from_mm: float
    to_mm: float
    zone: tuple[float, float] | None
    source: str
    says: str


@cache
def endplate_axes() -> dict[str, EndplateAxis]:
    """Return the lines by muscle; a muscle without one has its endplates at mid-belly in the model."""
    return {
        row["muscle"]: EndplateAxis(
            muscle=row["muscle"],
            coordinate=None if row["coordinate"] == "fibre" else int(row["coordinate"]),
            from_mm=float(row["from_mm"]),
            to_mm=float(row["to_mm"]),
            zone=(float(row["start"]), float(row["end"])) if row["start"] else None,
            source=row["source"],
            says=row["says"],
        )
        for row in read_rows("pharmacology/endplate_axes.csv")
    }


@cache
def _document() -> dict[str, Any]:
    text = resources.files("reprieve.reference").joinpath("data", "pharmacology", "priors.yaml").read_text("utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def pharmacology_priors() -> PharmacologyPriors:
    """Return the shipped priors.

    Raises
    ------
    ReferenceDataError
        If a row has no known source or no known family.
    """
    raw = _document()
    sources = raw["sources"]
    return PharmacologyPriors(
        spread=_group(raw["spread"], sources),
        endplate=_group(raw["endplate"], sources),
        products={product: _group(rows, sources) for product, rows in raw["products"].items()},
        missing={product: row["says"] for product, row in raw["not_simulated"].items()},
        sources=sources,
    )


def _group(rows: dict, sources: dict) -> dict[str, Prior]:
    return {name: _prior(name, row, sources) for name, row in rows.items()}


def _prior(name: str, row: dict, sources: dict) -> Prior:
    families: tuple[Family, ...] = ("log_normal", "beta", "fixed")
    family: Family | None = next((f for f in families if f in row), None)
    source = sources.get(row.get("source"))
    if family is None or source is None:
        raise ReferenceDataError(f"prior {name}: needs one of {families} and a source of the list, but got {row}")
    values = row[family] if isinstance(row[family], list) else [row[family]]
    return Prior(
        name=name,
        family=family,
        values=tuple(float(v) for v in values),
        source=row["source"],
        grade=source["grade"],
        checked=bool(row["checked"]),
    )
