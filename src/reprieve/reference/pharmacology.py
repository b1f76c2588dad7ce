"""Priors of the spread and endplate models: what is assumed, and on what ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import yaml

from reprieve.core.errors import ReferenceDataError

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
    """All parameters; `products` holds only products with parameters of their own."""

    spread: dict[str, Prior]
    endplate: dict[str, Prior]
    products: dict[str, dict[str, Prior]]
    sources: dict[str, dict[str, str]]


@cache
def pharmacology_priors() -> PharmacologyPriors:
    """Return the shipped priors.

    Raises
    ------
    ReferenceDataError
        If a row has no known source or no known family.
    """
    text = resources.files("reprieve.reference").joinpath("data", "pharmacology", "priors.yaml").read_text("utf-8")
    raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    sources = raw["sources"]
    return PharmacologyPriors(
        spread=_group(raw["spread"], sources),
        endplate=_group(raw["endplate"], sources),
        products={product: _group(rows, sources) for product, rows in raw["products"].items()},
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
