"""Names are found as they are typed, whatever the keyboard and the file they came from."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.core.letters import plain_letters


@pytest.mark.parametrize(
    ("told", "plain"),
    [
        ("Müller", "muller"),
        ("Mu\u0308ller", "muller"),
        ("ÅNGSTRÖM", "angstrom"),
        ("Strauß", "strauss"),
        ("İpek", "ipek"),
        ("Nguyễn Thị Ánh", "nguyen thi anh"),
        ("Ελένη", "ελενη"),
        ("ﬁscher", "fischer"),
        ("ℋilde", "hilde"),
        ("김민준", "김민준"),
        ("O'Neil-Łuczak", "o'neil-łuczak"),
    ],
)
def test_a_name_in_plain_letters(told: str, plain: str) -> None:
    assert plain_letters(told) == plain


@given(st.text(max_size=30))
def test_the_form_of_a_letter_makes_no_difference(text: str) -> None:
    once = plain_letters(text)
    assert plain_letters(once) == once
    for form in ("NFC", "NFD"):
        assert plain_letters(unicodedata.normalize(form, text)) == once
