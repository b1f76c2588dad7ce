"""Workers on several machines, by Dask distributed (an optional extra)."""

from __future__ import annotations

import queue
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from reprieve.compute.executor import MOST_ATTEMPTS
from reprieve.core.errors import SetupError

Item = TypeVar("Item")
Result = TypeVar("Result")
CONNECT_S = 10
# How long nobody may be there and nothing may come before the run gives up; restarts of all workers take less.
LONELY_S = 120
LOOK_S = 5


class DaskExecutor:
    """Runs items on the workers of a Dask scheduler.

    Parameters
    ----------
    url : str
        Address of the scheduler, for example ``tcp://10.0.0.5:8786``; ``tls://`` with the certificates of Dask's own
        configuration. The workers need this program in the same version and the same folders.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._client: Any = None

    def __enter__(self) -> DaskExecutor:
        try:
            from distributed import Client
        except ImportError:
            raise SetupError("--scheduler needs Dask distributed; pip install 'reprieve[cluster]'") from None
        try:
            self._client = Client(self.url, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise SetupError(
                f"no scheduler answers at {self.url} ({_short(error)}); start one with `dask scheduler` and give its "
                "address, such as tcp://127.0.0.1:8786"
            ) from None
        self._check_versions()
        return self

    def __exit__(self, *_: Any) -> None:
        self._client.close()
        self._client = None

    def run(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[int, Result]]:
        """Yield (position, result) as they come.

        Raises
        ------
        SetupError
            If no worker is there for a minute, or an item ends its worker again and again.
        """
        from distributed import KilledWorker

        run_id, attempts, lonely_s = secrets.token_hex(4), Counter[int](), 0
        settled: queue.Queue[Any] = queue.Queue()
        pending: dict[Any, int] = {}

        def submit(index: int) -> None:
            key = f"reprieve-{run_id}-{index}-{attempts[index]}"
            future = self._client.submit(function, items[index], key=key, pure=False)
            pending[future] = index
            future.add_done_callback(settled.put)

        try:
            for index in range(len(items)):
                submit(index)
            while pending:
                try:
                    future = settled.get(timeout=LOOK_S)
                except queue.Empty:
                    lonely_s = self._still_lonely(lonely_s)
                    continue
                index, lonely_s = pending.pop(future), 0
                try:
                    result = future.result()
                except KilledWorker as error:
                    # Dask counts a death against every item that waited at that worker, so this is no proof.
                    attempts[index] += 1
                    if attempts[index] >= MOST_ATTEMPTS:
                        raise SetupError(
                            f"item {index + 1} of {len(items)} ended its workers again and again "
                            f"({_short(error)}); what is done is kept, use smaller partitions and run again"
                        ) from None
                    submit(index)
                    continue
                yield index, result
        finally:
            if pending:
                self._client.cancel(list(pending))

    def _workers(self) -> dict[str, Any]:
        return self._client.scheduler_info(n_workers=-1)["workers"]

    def _still_lonely(self, before_s: int) -> int:
        if self._workers():
            return 0
        if before_s >= LONELY_S:
            raise SetupError(
                f"no worker was there for {LONELY_S} s at {self.url}; what is done is kept, start workers with "
                f"`dask worker {self.url}` and run again"
            )
        return before_s + LOOK_S

    def _check_versions(self) -> None:
        from reprieve import __version__

        try:
            found = set(self._client.run(program_version).values())
        except Exception as error:
            raise SetupError(
                f"the workers at {self.url} cannot load reprieve ({_short(error)}); install version {__version__} there"
            ) from None
        if found - {__version__}:
            raise SetupError(
                f"the workers at {self.url} have reprieve {', '.join(sorted(found))}, this is {__version__}; "
                "install the same version on all"
            )


def program_version() -> str:
    """Return the version of this program on the machine that runs it."""
    from reprieve import __version__

    return __version__


def _short(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120] or type(error).__name__
