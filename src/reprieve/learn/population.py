"""The population: what is believed about patients before this one is seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import DocumentError
from reprieve.learn.curve import SHAPES, Family
from reprieve.learn.parameters import parameter_names

Array = NDArray[np.float64]
FORMAT = "reprieve.population/4"
DEFAULT_SCALE = "TWSTRS"
UNNAMED = "score"


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """What the population knows of one product; units are this product's own."""

    reference_units: float
    lowest_units: float
    highest_units: float
    origin: str


@dataclass(frozen=True, slots=True)
class ScaleEntry:
    """One scale: its range (None: unknown) and its reference score, the mean before treatment, in points."""

    lowest: float | None
    highest: float | None
    reference: float
    origin: str = ""


def scale_ends(entries: Iterable[ScaleEntry]) -> tuple[Array, Array]:
    """Return lowest and highest points of each scale, infinite where unknown."""
    known = list(entries)
    low = np.array([-np.inf if entry.lowest is None else entry.lowest for entry in known])
    return low, np.array([np.inf if entry.highest is None else entry.highest for entry in known])


@dataclass(frozen=True, slots=True)
class Population:
    """Parameters with their covariance, products and scales, and where all of it comes from.

    Attributes
    ----------
    names : tuple of str
        Parameters; ``amplitude:PRODUCT`` and ``log_half_loss:PRODUCT`` belong to one product.
    mean : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
    """

    names: tuple[str, ...]
    mean: Array
    covariance: Array
    products: dict[str, ProductEntry]
    scales: dict[str, ScaleEntry]
    primary_scale: str
    family: Family = "hill"
    fingerprint: str = ""
    provenance: dict[str, str] = field(default_factory=dict)

    def index(self, name: str) -> int:
        """Return the position of parameter `name`."""
        return self.names.index(name)

    def knows_product(self, product: str | None) -> bool:
        """Whether `product` has parameters here."""
        return product is not None and f"amplitude:{product}" in self.names

    def to_document(self) -> dict[str, Any]:
        """Return the population as one readable JSON document."""
        sd = np.sqrt(np.diag(self.covariance))
        return {
            "format": FORMAT,
            "family": self.family,
            "primary_scale": self.primary_scale,
            "parameters": {
                name: {
                    "mean": _rounded(float(self.mean[i])),
                    "sd": _rounded(float(sd[i])),
                    "origin": self.provenance.get(name, ""),
                }
                for i, name in enumerate(self.names)
            },
            "covariance": [[_rounded(float(value)) for value in row] for row in self.covariance],
            "products": {name: _entry(entry) for name, entry in self.products.items()},
            "scales": {name: _entry(entry) for name, entry in self.scales.items()},
            "data_fingerprint": self.fingerprint,
            "notes": {key: text for key, text in self.provenance.items() if key.startswith("note")},
        }


def _rounded(value: float) -> float:
    return float(f"{value:.8g}")


def _entry(entry: ProductEntry | ScaleEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in type(entry).__slots__}


def from_document(document: Mapping[str, Any], where: str = "population") -> Population:
    """Return the population written in `document`.

    Raises
    ------
    DocumentError
        If the document is of another kind or version, incomplete, or its covariance is not positive definite.
    """
    found = document.get("format") if isinstance(document, Mapping) else None
    if found != FORMAT:
        raise DocumentError(
            f"{where}: format is {found!r}, but this version reads {FORMAT!r}; fit the population again "
            "with `reprieve response fit`"
        )
    try:
        parameters = document["parameters"]
        names = tuple(parameters)
        mean = np.array([float(parameters[name]["mean"]) for name in names])
        covariance = np.array(document["covariance"], dtype=float)
        products = {name: ProductEntry(**entry) for name, entry in document["products"].items()}
        scales = {name: ScaleEntry(**entry) for name, entry in document["scales"].items()}
        primary = str(document["primary_scale"])
        family = document["family"]
        provenance = {name: str(parameters[name].get("origin", "")) for name in names}
        provenance |= {str(key): str(text) for key, text in document.get("notes", {}).items()}
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentError(f"{where}: not a complete population ({error}); fit it again") from None
    missing = set(parameter_names(tuple(scales), tuple(products), primary)) - set(names) if primary in scales else set()
    if missing or primary not in scales or family not in SHAPES:
        lacking = ", ".join(sorted(missing)) or f"scale {primary!r} or family {family!r}"
        raise DocumentError(f"{where}: lacks {lacking}; fit it again")
    for name, entry in scales.items():
        low = -np.inf if entry.lowest is None else entry.lowest
        high = np.inf if entry.highest is None else entry.highest
        if not (low <= entry.reference <= high and low < high):
            raise DocumentError(
                f"{where}: reference {entry.reference:g} of {name} is not from {low:g} to {high:g}; correct it"
            )
    if covariance.shape != (len(names), len(names)) or not _is_positive(covariance) or not np.all(np.isfinite(mean)):
        raise DocumentError(f"{where}: its covariance does not fit its parameters; fit it again")
    return Population(
        names,
        mean,
        covariance,
        products,
        scales,
        primary,
        family,
        str(document.get("data_fingerprint", "")),
        provenance,
    )


def _is_positive(matrix: Array) -> bool:
    try:
        np.linalg.cholesky(matrix + 1e-12 * np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        return False
    return bool(np.all(np.isfinite(matrix)))
