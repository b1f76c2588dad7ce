"""Names that may stand once only, and which stands twice."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def first_twice(names: Iterable[Name]) -> Name | None:
    """Return the first of `names` that has stood before, or None; each is looked at once, however many there are.

    >>> first_twice(["dose", "side", "dose", "side"])
    'dose'
    """
    seen: set[Name] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
