"""One item after the other, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class SerialExecutor:
    """Runs everything here; for one worker, and for tests of what is run."""

    def __enter__(self) -> SerialExecutor:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    def run(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[int, Result]]:
        """Yield (position, result) in the order of `items`."""
        for index, item in enumerate(items):
            yield index, function(item)
