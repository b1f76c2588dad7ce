"""Several worker processes on one machine; one that dies loses no more than the item it was at.

The pool of the standard library breaks as a whole when one worker is killed, and does not say at which item. Here each
worker has its own pipe, so a death names its item, the others go on, and a new worker takes the item up again.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from reprieve.compute.executor import MOST_ATTEMPTS
from reprieve.core.errors import SetupError

Item = TypeVar("Item")
Result = TypeVar("Result")
# Seconds that a worker has to leave by itself when it is told to.
PATIENCE_S = 5.0
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ProcessExecutor:
    """Runs items in `workers` processes of this machine."""

    def __init__(self, workers: int) -> None:
        if not workers >= 1:
            raise SetupError(f"workers must be at least 1, but got {workers}; give a number of processes")
        self.workers = workers
        self._pool: list[_Worker] = []

    def __enter__(self) -> ProcessExecutor:
        return self

    def __exit__(self, *_: Any) -> None:
        for worker in self._pool:
            worker.stop()
        self._pool = []

    @property
    def process_ids(self) -> list[int]:
        """The operating system's numbers of the workers that run now."""
        return [worker.process.pid for worker in self._pool if worker.process.pid is not None]

    def run(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[tuple[int, Result]]:
        """Yield (position, result) as they come.

        Raises
        ------
        SetupError
            If an item ends its worker again and again.
        """
        waiting, attempts, done = deque(range(len(items))), Counter[int](), 0
        try:
            while done < len(items):
                self._hand_out(waiting, function, items)
                for worker in _ready(self._pool):
                    index = worker.index
                    assert index is not None, "only busy workers are waited for"
                    if not worker.answered():
                        attempts[index] += 1
                        self._replace(worker)
                        if attempts[index] >= MOST_ATTEMPTS:
                            raise SetupError(
                                f"the worker at {_named(items[index])} ended {MOST_ATTEMPTS} times (killed, or out of "
                                "memory?); what is done is kept, use fewer workers or smaller partitions and run again"
                            )
                        waiting.appendleft(index)
                        continue
                    done += 1
                    yield index, worker.take()
        finally:
            # Whoever left early, by an error or by a break, must not find old answers in the pipes later.
            for worker in [worker for worker in self._pool if worker.index is not None]:
                self._pool.remove(worker)
                worker.stop(at_once=True)

    def _hand_out(self, waiting: deque[int], function: Callable[[Any], Any], items: Sequence[Any]) -> None:
        while len(self._pool) < min(self.workers, len(items)):
            self._pool.append(_Worker())
        for worker in self._pool:
            if waiting and worker.index is None:
                index = waiting.popleft()
                worker.give(index, function, items[index])

    def _replace(self, worker: _Worker) -> None:
        worker.stop(at_once=True)
        self._pool[self._pool.index(worker)] = _Worker()


class _Worker:
    """One process, the pipe to it, and the item it is at."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.index: int | None = None
        self._answer: tuple[bool, Any] | None = None

    def give(self, index: int, function: Callable[[Any], Any], item: Any) -> None:
        self.index = index
        with contextlib.suppress(OSError):  # it has died since; the wait finds that out
            self.pipe.send((function, item))

    def answered(self) -> bool:
        """Whether an answer is there; False when the process has ended without one."""
        try:
            self._answer = self.pipe.recv()
        except (EOFError, OSError):
            return False
        return True

    def take(self) -> Any:
        assert self._answer is not None, "answered() is asked first"
        worked, value = self._answer
        self.index, self._answer = None, None
        if not worked:
            raise value
        return value

    def stop(self, *, at_once: bool = False) -> None:
        if not at_once:
            with contextlib.suppress(OSError):
                self.pipe.send(None)
                self.process.join(PATIENCE_S)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self.pipe.close()
        self.process.close()


def _ready(pool: Sequence[_Worker]) -> list[_Worker]:
    """Return the busy workers that have answered or died; waits for at least one."""
    by_pipe: dict[Any, _Worker] = {worker.pipe: worker for worker in pool if worker.index is not None}
    return [by_pipe[pipe] for pipe in wait(list(by_pipe))]


def _serve(pipe: Connection) -> None:
    """Work until told to leave, or until the other end is gone."""
    for name in ONE_THREAD:  # as many threads as workers are enough; set before NumPy is loaded
        os.environ.setdefault(name, "1")
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    while True:
        try:
            message = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        if message is None:
            return
        function, item = message
        try:
            answer: tuple[bool, Any] = (True, function(item))
        except KeyboardInterrupt:
            return
        except Exception as error:  # told to whoever asked, not swallowed
            answer = (False, error)
        try:
            pipe.send(answer)
        except BrokenPipeError:
            return
        except Exception as error:  # an answer that cannot be pickled
            pipe.send((False, SetupError(f"the worker cannot send back its answer ({error}); report this")))


def _leave_with_parent() -> None:
    """End this worker as soon as its coordinator has died: nobody waits for what it is at, and the next run does it."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "workers are children"
    wait([parent.sentinel])
    os._exit(1)


def _named(item: Any) -> str:
    text = str(getattr(item, "name", item))
    return text if len(text) <= 80 else text[:77] + "..."
