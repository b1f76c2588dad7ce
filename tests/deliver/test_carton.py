"""GS1 codes, by vectors that the screen's own tests read too."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.deliver.carton import SEPARATOR, is_gtin, read_carton

VECTORS = json.loads((Path(__file__).parents[1] / "golden" / "gs1_vectors.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["text"] or "empty")
def test_vectors(vector: dict) -> None:
    found = read_carton(vector["text"].replace("<GS>", SEPARATOR))
    told = found and {**asdict(found), "expires": found.expires.isoformat() if found.expires else None}
    assert told == vector["carton"]


@pytest.mark.parametrize("number", ["00614141999996", "09506000134352", "10614141000415"])
def test_item_numbers_of_gs1_publications_hold(number: str) -> None:
    assert is_gtin(number)
    # One wrong digit is always found (weights 1 and 3 have no common factor with 10).
    for place in range(14):
        assert not is_gtin(number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :])


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read_carton(text)
    assert found is None or is_gtin(found.gtin)
