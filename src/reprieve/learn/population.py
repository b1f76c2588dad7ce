"""The population: what is believed about patients before this one is seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import DocumentError
from reprieve.learn.curve import SHAPES, Family

Array = NDArray[np.float64]
FORMAT = "reprieve.population/1"
DEFAULT_SCALE = "TWSTRS"
UNNAMED = "score"


@dataclass(frozen=True, slots=True)
class Prior:
    """A normal prior of one parameter, on the parameter's own (possibly logarithmic) scale."""

    mean: float
    sd: float
    origin: str


# Amounts are shares of the scale's reference score, so that one family serves several scales. Times are weeks.
COMMON: dict[str, Prior] = {
    "mean_baseline": Prior(1.0, 0.2, "trial baselines 42-47 TWSTRS points"),
    "log_sd_baseline": Prior(math.log(0.2), 0.5, "trial baselines, sd 8-10 points"),
    "coupling": Prior(0.2, 0.2, "a worse start leaves more to gain; weak"),
    "log_sd_amplitude": Prior(math.log(0.13), 0.5, "cdystonia"),
    "log_kappa": Prior(math.log(0.4), 0.6, "flat dose response, published tables"),
    "duration_slope": Prior(0.2, 0.15, "longer at 180 units or more (marsh2014)"),
    "log_sd_half_loss": Prior(math.log(0.3), 0.4, "retreatment sd/mean 0.16-0.18; cdystonia 0.37"),
    "log_onset": Prior(0.0, 0.35, "patients feel it at 1-2 weeks"),
    "log_steepness": Prior(math.log(5.0), 0.35, "cdystonia 6.5 (4.0-9.8)"),
    "placebo": Prior(0.10, 0.06, "placebo arms improve 4 to 7 points at week 4"),
    "coupling_placebo": Prior(0.1, 0.15, "regression to the mean after entry"),
    "log_sd_placebo": Prior(math.log(0.08), 0.5, "cdystonia 0.097"),
    "log_placebo_decay": Prior(math.log(12.0), 0.25, "cdystonia 12.2 weeks"),
    "log_sd_drift": Prior(math.log(0.1), 0.5, "cdystonia 5.3 points over 16 weeks"),
    "log_drift_time": Prior(math.log(16.0), 0.6, "weak"),
    "log_sigma": Prior(math.log(0.087), 0.4, "cdystonia 3.9 points"),
    "log_scale_spread": Prior(math.log(0.35), 0.5, "patients differ in how much they vary; weak"),
    "log_sd_cycle_amplitude": Prior(math.log(0.05), 0.4, "assumed half of the spread between patients"),
    "log_sd_cycle_half_loss": Prior(math.log(0.12), 0.4, "retreatment sd/mean 0.16-0.18"),
}


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """What the population knows of one product; units are this product's own."""

    reference_units: float
    lowest_units: float
    highest_units: float
    origin: str


@dataclass(frozen=True, slots=True)
class ScaleEntry:
    """One scale: its range (None: unknown) and reference score in points, and its noise beside the primary scale's.

    The four factors multiply the population's sd of baseline, drift and noise, and its drift time.
    """

    lowest: float | None
    highest: float | None
    reference: float
    sd_baseline: float = 1.0
    sd_drift: float = 1.0
    sigma: float = 1.0
    drift_time: float = 1.0
    origin: str = ""


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
    missing = set(COMMON) - set(names)
    if missing or primary not in scales or family not in SHAPES:
        lacking = ", ".join(sorted(missing)) or f"scale {primary!r} or family {family!r}"
        raise DocumentError(f"{where}: lacks {lacking}; fit it again")
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


def parameter_names(products: Sequence[str]) -> tuple[str, ...]:
    """Return the names of all parameters of a population with `products`."""
    return (*COMMON, *(f"{kind}:{product}" for product in products for kind in ("amplitude", "log_half_loss")))
