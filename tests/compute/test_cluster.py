"""A real Dask scheduler with two worker processes on loopback: same bytes, also when a worker is killed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reprieve.app.demo.clinic import demo_charts
from reprieve.cli.main import main
from reprieve.compute import open_executor, run_partitions
from reprieve.compute.cluster import DaskExecutor
from reprieve.compute.executor import in_order
from reprieve.compute.serial import SerialExecutor
from reprieve.core.documents import as_json
from reprieve.core.errors import ScoresError, SetupError

distributed = pytest.importorskip("distributed", reason="Dask distributed is not installed (extra cluster)")
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    # The workers inherit the path, so it is set before they start.
    # One death of a worker is forgiven by the scheduler, not three: the last test would wait for twelve restarts.
    import dask

    forgiving = dask.config.set({"distributed.scheduler.allowed-failures": 1})
    with pytest.MonkeyPatch.context() as patch, forgiving:
        patch.syspath_prepend(str(Path(__file__).parent))
        made = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
        )
        yield made
        made.close()


def test_two_workers_on_loopback_answer_and_errors_come_home(cluster: Any, tasks: Any) -> None:
    with open_executor(cluster.scheduler_address) as executor:
        assert in_order(executor, tasks.square, range(5)) == [0, 1, 4, 9, 16]
        pids = set(in_order(executor, tasks.process_id, range(12)))
        assert len(pids) == 2
        assert os.getpid() not in pids
        with pytest.raises(ScoresError, match="3 is refused"):
            in_order(executor, tasks.refuse_three, range(5))


def test_a_worker_killed_by_sigkill_changes_no_byte(cluster: Any, tasks: Any, tmp_path: Path) -> None:
    sources = []
    for number in range(8):
        path = tmp_path / f"part-{number}.txt"
        path.write_text(f"partition {number} " * 50, encoding="utf-8")
        sources.append(path)
    task = tasks.Reverse(str(tmp_path), pause_s=0.2)
    killed: list[int] = []
    with DaskExecutor(cluster.scheduler_address) as executor:

        def kill_one(done: int, _: int) -> None:
            if done == 2:
                at_work = (tmp_path / "calls").read_text().splitlines()[-1]
                killed.append(int(at_work.split()[1]))
                os.kill(killed[0], signal.SIGKILL)

        run_partitions(task, sources, tmp_path / "out", executor, suffix=".out", progress=kill_one)
    assert killed
    with SerialExecutor() as executor:
        run_partitions(task, sources, tmp_path / "fresh", executor, suffix=".out")
    names = sorted(path.name for path in (tmp_path / "fresh").iterdir())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()


def test_the_command_asks_a_cluster(cluster: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    charts = [json.dumps(as_json(chart)) for chart in demo_charts(3, date(2026, 11, 26), 12)]
    for number in range(3):
        (tmp_path / f"part-{number}.ndjson").write_text("\n".join(charts[number::3]), encoding="utf-8")
    told = []
    for where in (["--scheduler", cluster.scheduler_address], ["--workers", "1"]):
        assert main(["cohort", "all", str(tmp_path), "--smallest-cell", "3", "--json", *where]) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert told[0] == told[1]
    assert told[0]["partitions"] == 3
    assert told[0]["durations"]


def test_an_item_that_kills_every_worker_is_given_up(cluster: Any, tasks: Any) -> None:
    with DaskExecutor(cluster.scheduler_address) as executor, pytest.raises(SetupError, match="again and again"):
        in_order(executor, tasks.always_die, [1])
