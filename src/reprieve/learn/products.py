"""What published summaries say of each product's response: the priors, and the range they cover.

Amplitudes are shares of the reference score lost at the product's reference dose, beyond placebo. Half-loss times are
weeks. Units are each product's own; nothing here relates units of two products.
"""

from __future__ import annotations

import math

from reprieve.learn.parameters import Prior
from reprieve.learn.population import ProductEntry

UNNAMED_PRODUCT = "unnamed"

PRODUCTS: dict[str, ProductEntry] = {
    "onabotulinumtoxinA": ProductEntry(180.0, 40.0, 500.0, "CD PROBE mean 189.8 units (jankovic2015)"),
    "abobotulinumtoxinA": ProductEntry(500.0, 120.0, 1200.0, "trials at 500 units (truong2010)"),
    "incobotulinumtoxinA": ProductEntry(180.0, 40.0, 500.0, "trial arms 120 and 240 units (comella2011)"),
    "daxibotulinumtoxinA": ProductEntry(180.0, 50.0, 500.0, "trial arms 125 and 250 units (comella2024)"),
    "rimabotulinumtoxinB": ProductEntry(5000.0, 1200.0, 25000.0, "trial arms 5000 and 10000 units (brashear1999)"),
}

PRIORS: dict[str, tuple[Prior, Prior]] = {
    "onabotulinumtoxinA": (
        Prior(0.19, 0.06, "18-20 % of the baseline beyond placebo, summaries of type A trials"),
        Prior(math.log(12.0), 0.15, "effect 93-95 days pooled (marsh2014)"),
    ),
    "abobotulinumtoxinA": (
        Prior(0.20, 0.05, "8.9 of 43.8 points against placebo at week 4 (truong2010)"),
        Prior(math.log(12.0), 0.15, "week 12 to week 4 ratio 0.47 (truong2010)"),
    ),
    "incobotulinumtoxinA": (
        Prior(0.19, 0.06, "class of type A; own figures recalled, not read (comella2011)"),
        Prior(math.log(12.0), 0.15, "class of type A; 12-week minimum intervals (kanovsky2021)"),
    ),
    "daxibotulinumtoxinA": (
        Prior(0.18, 0.05, "-8.5 and -6.6 points against placebo at weeks 4 and 6 (comella2024)"),
        Prior(math.log(16.0), 0.2, "80 % of the peak lost at 24.0 and 20.3 weeks (comella2024)"),
    ),
    "rimabotulinumtoxinB": (
        Prior(0.20, 0.08, "6.8 points against placebo, pooled (marques2016)"),
        Prior(math.log(9.5), 0.2, "effect 12-16 weeks (brashear1999)"),
    ),
}


def entry_of(product: str, median_units: float | None) -> ProductEntry:
    """Return the entry of `product`; for an unlisted one, its own median dose is the reference."""
    if product in PRODUCTS:
        return PRODUCTS[product]
    reference = median_units if median_units and median_units > 0 else 1.0
    return ProductEntry(reference, reference / 4, reference * 4, "median dose of the data")


def priors_of(product: str) -> tuple[Prior, Prior]:
    """Return the priors of amplitude and log half-loss time of `product`; wide for an unlisted one."""
    wide = (Prior(0.19, 0.10, "any product; wide"), Prior(math.log(11.0), 0.35, "any product; wide"))
    return PRIORS.get(product, wide)
