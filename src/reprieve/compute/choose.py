"""Which executor: by what the user said."""

from __future__ import annotations

import os

from reprieve.compute.executor import Executor
from reprieve.core.errors import SetupError


def open_executor(scheduler: str | None = None, workers: int | None = None) -> Executor:
    """Return an executor, to be used in a ``with`` statement.

    Parameters
    ----------
    scheduler : str, optional
        Address of a Dask scheduler; the work is done by its workers.
    workers : int, optional
        Processes on this machine; 1 works in this process, and by default there is one for each processor.

    Raises
    ------
    SetupError
        If both are given, or `workers` is no positive number.
    """
    if scheduler is not None:
        if workers is not None:
            raise SetupError("give --scheduler or --workers, not both; the scheduler has its own workers")
        from reprieve.compute.cluster import DaskExecutor

        return DaskExecutor(scheduler)
    count = _processors() if workers is None else workers
    if count == 1:
        from reprieve.compute.serial import SerialExecutor

        return SerialExecutor()
    from reprieve.compute.processes import ProcessExecutor

    return ProcessExecutor(count)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
