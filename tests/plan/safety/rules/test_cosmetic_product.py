"""Products for facial lines."""

from __future__ import annotations

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    CD,
    found,
    inject,
    plan,
)


@pytest.mark.parametrize("product", ["prabotulinumtoxinA", "letibotulinumtoxinA"])
def test_a_product_for_facial_lines_is_refused(product: str) -> None:
    assert [f.severity for f in found(plan(product, CD), "cosmetic_product")] == [Severity.ERROR]
    assert not found(plan(product, "glabellar_lines", inject("procerus", 4, "midline")), "cosmetic_product")
