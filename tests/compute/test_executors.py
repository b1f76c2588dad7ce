"""Executors: the same answers from one process, from several and from a cluster; a killed worker loses one item."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprieve.compute import open_executor
from reprieve.compute.cluster import DaskExecutor
from reprieve.compute.executor import Executor, in_order
from reprieve.compute.processes import ProcessExecutor
from reprieve.compute.serial import SerialExecutor
from reprieve.core.errors import ScoresError, SetupError


@pytest.fixture
def two_workers() -> Iterator[ProcessExecutor]:
    with ProcessExecutor(2) as executor:
        yield executor


@pytest.mark.parametrize("executor", [SerialExecutor(), ProcessExecutor(1), ProcessExecutor(2)])
def test_results_come_for_every_item(executor: Executor, tasks: Any) -> None:
    seen: list[tuple[int, int]] = []
    with executor:
        found = in_order(executor, tasks.square, range(7), progress=lambda done, every: seen.append((done, every)))
    assert found == [0, 1, 4, 9, 16, 25, 36]
    assert seen == [(n, 7) for n in range(1, 8)]


def test_two_workers_are_two_other_processes(two_workers: ProcessExecutor, tasks: Any) -> None:
    found = set(in_order(two_workers, tasks.process_id, range(8)))
    assert len(found) == 2
    assert os.getpid() not in found


def test_an_error_of_the_task_comes_here_and_the_executor_can_be_used_again(
    two_workers: ProcessExecutor, tasks: Any
) -> None:
    with pytest.raises(ScoresError, match="3 is refused"):
        in_order(two_workers, tasks.refuse_three, range(6))
    assert in_order(two_workers, tasks.square, range(3)) == [0, 1, 4]


def test_a_killed_worker_loses_its_own_item_only(two_workers: ProcessExecutor, tasks: Any, tmp_path: Path) -> None:
    assert in_order(two_workers, tasks.DieOnce(str(tmp_path), 2), range(6)) == [0, 10, 20, 30, 40, 50]
    calls = Counter((tmp_path / "calls").read_text().split())
    assert calls == {"0": 1, "1": 1, "2": 2, "3": 1, "4": 1, "5": 1}


def test_an_item_that_always_kills_is_named_and_given_up(two_workers: ProcessExecutor, tasks: Any) -> None:
    with pytest.raises(SetupError, match="the worker at 1 ended 3 times"):
        in_order(two_workers, tasks.always_die, [0, 1, 2])


def test_a_worker_killed_from_outside_is_replaced(two_workers: ProcessExecutor, tasks: Any) -> None:
    def kill() -> None:
        while not two_workers.process_ids:
            time.sleep(0.01)
        os.kill(two_workers.process_ids[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    found = in_order(two_workers, tasks.process_id, range(12))
    killer.join()
    assert len(found) == 12


def test_workers_leave_with_the_executor(tasks: Any) -> None:
    with ProcessExecutor(2) as executor:
        in_order(executor, tasks.square, range(2))
        left = executor.process_ids
    for number in left:
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)


def test_which_executor_is_chosen() -> None:
    assert isinstance(open_executor(workers=1), SerialExecutor)
    assert isinstance(open_executor(workers=3), ProcessExecutor)
    assert isinstance(open_executor("tcp://127.0.0.1:1"), DaskExecutor)
    with pytest.raises(SetupError, match="not both"):
        open_executor("tcp://127.0.0.1:1", 2)
    with pytest.raises(SetupError, match="at least 1, but got 0"):
        open_executor(workers=0)


def test_no_scheduler_there_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("reprieve.compute.cluster.CONNECT_S", 1)
    with pytest.raises(SetupError, match="no scheduler answers at tcp://"):
        DaskExecutor("tcp://127.0.0.1:1").__enter__()
