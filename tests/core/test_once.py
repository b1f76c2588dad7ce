"""Which name stands twice."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reprieve.core.once import first_twice


@given(st.lists(st.integers(0, 6), max_size=12))
def test_the_first_name_that_stood_before(names: list[int]) -> None:
    found = first_twice(names)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if found is None:
        assert not twice
    else:
        second = {name: names.index(name, names.index(name) + 1) for name in twice}
        assert found == min(second, key=lambda name: second[name])
