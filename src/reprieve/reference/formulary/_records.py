"""The compiled formulary files as plain records with exact decimals."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import Any

from reprieve.reference._files import DATA

# In the order in which they are offered.
PRODUCT_FILES = (
    "onabotulinumtoxinA",
    "abobotulinumtoxinA",
    "incobotulinumtoxinA",
    "daxibotulinumtoxinA",
    "rimabotulinumtoxinB",
)


@cache
def formulary_file(name: str) -> dict[str, Any]:
    """Return the file ``formulary/<name>.json``; every number is an exact decimal."""
    text = (DATA / "formulary" / f"{name}.json").read_bytes()
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


@cache
def product_records() -> dict[str, dict[str, Any]]:
    """Return the record of every product by nonproprietary name, cosmetic ones last."""
    records = {name: formulary_file(name) for name in PRODUCT_FILES}
    return records | {row["id"]: row for row in formulary_file("cosmetic_only")["products"]}


@cache
def source_records() -> dict[str, dict[str, Any]]:
    """Return the documents behind the formulary by key."""
    return formulary_file("sources")["sources"]
