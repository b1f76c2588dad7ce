"""Runs over partitions: the same bytes whoever works and whoever dies; what is done is skipped."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from reprieve.compute import run_partitions
from reprieve.compute.executor import Executor
from reprieve.compute.manifest import read_manifest
from reprieve.compute.processes import ProcessExecutor
from reprieve.compute.serial import SerialExecutor
from reprieve.core.errors import DocumentError, InputError


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(6):
        (folder / f"part-{number}.txt").write_text(f"partition {number} " * 50, encoding="utf-8")
    return sorted(folder.iterdir())


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _calls(marks: Path) -> list[str]:
    path = marks / "calls"
    return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []


def _runs(process_id: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _run(task: Any, sources: list[Path], folder: Path, executor: Executor | None = None) -> None:
    with executor or SerialExecutor() as chosen:
        run_partitions(task, sources, folder, chosen, suffix=".out")


def test_the_manifest_holds_the_hashes_of_what_went_in_and_came_out(
    tasks: Any, sources: list[Path], tmp_path: Path
) -> None:
    _run(tasks.Reverse(str(tmp_path)), sources, tmp_path / "out")
    document = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert document["rows"] == sum(len(path.read_text()) for path in sources)
    for entry, source in zip(document["partitions"], sources, strict=True):
        assert entry["source"] == source.name
        assert entry["source_sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
        assert entry["sha256"] == hashlib.sha256((tmp_path / "out" / entry["name"]).read_bytes()).hexdigest()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "manifest.json",
        *(f"part-{n}.out" for n in range(6)),
    ]


def test_one_process_and_two_write_the_same_bytes(tasks: Any, sources: list[Path], tmp_path: Path) -> None:
    _run(tasks.Reverse(str(tmp_path)), sources, tmp_path / "one")
    _run(tasks.Reverse(str(tmp_path)), sources, tmp_path / "two", ProcessExecutor(2))
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")


def test_a_second_run_works_on_nothing(tasks: Any, sources: list[Path], tmp_path: Path) -> None:
    task = tasks.Reverse(str(tmp_path))
    _run(task, sources, tmp_path / "out")
    before = _bytes(tmp_path / "out")
    _run(task, sources, tmp_path / "out")
    assert _bytes(tmp_path / "out") == before
    assert len(_calls(tmp_path)) == 6


def test_a_changed_source_or_a_damaged_output_is_done_again_alone(
    tasks: Any, sources: list[Path], tmp_path: Path
) -> None:
    task = tasks.Reverse(str(tmp_path))
    _run(task, sources, tmp_path / "out")
    (tmp_path / "calls").unlink()
    sources[1].write_text("something new", encoding="utf-8")
    (tmp_path / "out" / "part-4.out").write_text("cut", encoding="utf-8")
    _run(task, sources, tmp_path / "out")
    assert _calls(tmp_path) == ["part-1.txt", "part-4.txt"]
    _run(task, sources, tmp_path / "fresh")
    assert _bytes(tmp_path / "out") == _bytes(tmp_path / "fresh")


def test_a_source_that_is_gone_takes_its_output_along(tasks: Any, sources: list[Path], tmp_path: Path) -> None:
    task = tasks.Reverse(str(tmp_path))
    _run(task, sources, tmp_path / "out")
    _run(task, sources[:4], tmp_path / "out")
    assert not (tmp_path / "out" / "part-5.out").exists()
    manifest = read_manifest(tmp_path / "out")
    assert manifest is not None
    assert len(manifest.partitions) == 4


def test_a_killed_coordinator_is_taken_up_where_it_was(tasks: Any, sources: list[Path], tmp_path: Path) -> None:
    slow = tasks.Reverse(str(tmp_path), pause_s=0.1)
    coordinator = multiprocessing.get_context("spawn").Process(
        target=tasks.coordinate, args=(slow, sources, tmp_path / "out")
    )
    coordinator.start()
    deadline = time.monotonic() + 60
    while len(_calls(tmp_path)) < 5 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert coordinator.pid is not None
    os.kill(coordinator.pid, signal.SIGKILL)
    coordinator.join()
    assert not (tmp_path / "out" / "manifest.json").exists()
    workers = {int(line.split()[1]) for line in (tmp_path / "calls").read_text().splitlines()}
    while any(map(_runs, workers)) and time.monotonic() < deadline:
        time.sleep(0.005)
    assert not any(map(_runs, workers)), "workers outlived their coordinator"
    started = _calls(tmp_path)
    _run(tasks.Reverse(str(tmp_path)), sources, tmp_path / "out")
    again = _calls(tmp_path)[len(started) :]
    # Two workers were at one partition each when it happened; everything before was finished and is not done again.
    assert set(again).isdisjoint(started[:-2]), "what was finished before the kill was done twice"
    _run(tasks.Reverse(str(tmp_path)), sources, tmp_path / "fresh")
    assert _bytes(tmp_path / "out") == _bytes(tmp_path / "fresh")


def test_a_worker_killed_in_a_partition_changes_no_byte(tasks: Any, sources: list[Path], tmp_path: Path) -> None:
    slow = tasks.Reverse(str(tmp_path), pause_s=0.1)
    with ProcessExecutor(2) as executor:
        killed: list[int] = []

        def kill_one(done: int, _: int) -> None:
            if done == 2 and not killed:
                killed.append(executor.process_ids[0])
                os.kill(killed[0], signal.SIGKILL)

        run_partitions(slow, sources, tmp_path / "out", executor, suffix=".out", progress=kill_one)
    assert killed
    assert len(_calls(tmp_path)) <= 8, "more was lost than what the worker was at"
    _run(slow, sources, tmp_path / "fresh")
    assert _bytes(tmp_path / "out") == _bytes(tmp_path / "fresh")


def test_other_settings_need_another_folder(tasks: Any, sources: list[Path], tmp_path: Path) -> None:
    _run(tasks.Reverse(str(tmp_path)), sources, tmp_path / "out")
    before = _bytes(tmp_path / "out")
    with pytest.raises(InputError, match="other settings"):
        _run(tasks.Reverse(str(tmp_path), word="other"), sources, tmp_path / "out")
    assert _bytes(tmp_path / "out") == before


def test_folders_that_are_not_ours_are_left_alone(tasks: Any, sources: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds other files"):
        _run(tasks.Reverse(str(tmp_path)), sources, other)
    with pytest.raises(InputError, match="is a file"):
        _run(tasks.Reverse(str(tmp_path)), sources, other / "thesis.txt")
    (other / "manifest.json").write_text('{"format": "x/1"}', encoding="utf-8")
    with pytest.raises(DocumentError, match="format is 'x/1'"):
        _run(tasks.Reverse(str(tmp_path)), sources, other)
    (other / "manifest.json").write_text("[", encoding="utf-8")
    with pytest.raises(DocumentError, match="is no manifest"):
        _run(tasks.Reverse(str(tmp_path)), sources, other)
    assert (other / "thesis.txt").read_text() == "mine"


def test_no_partition_and_two_of_one_name_are_refused(tasks: Any, sources: list[Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no partition"):
        _run(tasks.Reverse(str(tmp_path)), [], tmp_path / "out")
    twin = tmp_path / "part-0.csv"
    twin.write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="each file its own name"):
        _run(tasks.Reverse(str(tmp_path)), [*sources, twin], tmp_path / "out")
