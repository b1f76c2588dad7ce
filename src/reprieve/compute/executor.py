"""What every executor does: run one function over many items, on this machine or on many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
# Called with (done, all) after each item.
Progress = Callable[[int, int], None]
# An item that ends its worker this often is given up: more often than chance, less than for ever.
MOST_ATTEMPTS = 3


class Executor(Protocol):
    """Runs a function over items; the order of the results is free, the results are not.

    No state is kept between items, so an item may be run again after a loss: a function that is given here writes
    nothing, or writes the same bytes each time.
    """

    def __enter__(self) -> Executor: ...

    def __exit__(self, *_: Any) -> None: ...

    def run(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[int, Result]]:
        """Yield (position in `items`, result) as they come; the first error of the function is raised here.

        Parameters
        ----------
        function : callable
            Importable by name, with picklable fields: it is sent to other processes.
        items : sequence
            Picklable.
        """
        ...


def in_order(
    executor: Executor,
    function: Callable[[Item], Result],
    items: Sequence[Item],
    progress: Progress | None = None,
) -> list[Result]:
    """Return the results of `function` over `items`, in the order of `items`."""
    found: dict[int, Result] = {}
    for index, result in executor.run(function, items):
        found[index] = result
        if progress:
            progress(len(found), len(items))
    return [found[index] for index in range(len(items))]
