"""The facts of a product as one clinic sees them: shipped, with its own reviews laid over."""

from __future__ import annotations

from reprieve.app.clinic import Clinic
from reprieve.app.reviews.rows import reviews_of
from reprieve.reference.preparations import ProductFacts, product_facts
from reprieve.reference.reviewable import reviewed_preparation


def reviewed_facts(store: Clinic, clinic: str, product: str) -> ProductFacts:
    """Return vials, dilutions and times of `product` as they count for `clinic` today."""
    return reviewed_preparation(product_facts(product), reviews_of(store, clinic), store.today())
