"""A registry in Parquet: time, processor time and memory of cohort questions and forecasts, by workers and size.

Run: OPENBLAS_NUM_THREADS=1 python benchmarks/registry_scale.py [--patients 2000] [--parts 8] [--workers 2]

Prints seconds of wall and processor time for each step, microseconds of processor time a patient, the largest memory of
the whole tree of processes, the ratio of one worker to two, and of a run whose worker is killed to a quiet one. The
peer of the executor is `concurrent.futures.ProcessPoolExecutor` of the standard library, same task, same run; that of
a forecast in one call is the same kernel asked step by step, and rows read one by one.

With `--sizes 1000,5000,20000` only the forecast of registries of these sizes is measured, with all workers: processor
time a patient and memory should not change with the size, and what a million would take follows; `--laplace` beside it
takes the population as known.

Two workers are measured on a machine that may be busy: the registry is forecast by one worker and by two in turns, and
what is told is the median of the ratios, beside the ratio of a loop of plain arithmetic in one and in two processes,
measured in the same turns. That one is what the machine has to give.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from reprieve.app.cohort.questions import QUESTIONS, TallyPart, cohort
from reprieve.app.cohort.source import cohort_parts
from reprieve.app.response.kernel import kernel
from reprieve.app.response.partition_files import partition_rows
from reprieve.app.response.partition_patients import partition_columns, partition_scores
from reprieve.app.response.partitions import forecast_partitions
from reprieve.app.response.registry_forecast import registry_columns
from reprieve.app.response.scores import LEVELS, load_population
from reprieve.compute.processes import ProcessExecutor
from reprieve.learn.laplace import laplace
from reprieve.learn.mixture import quantiles
from reprieve.learn.observations import PatientScores
from reprieve.learn.posterior import foretell
from reprieve.learn.ragged import Ragged
from reprieve.learn.summary import summarise
from reprieve.learn.tidy import patients_of

CYCLES, AT = 5, (4.0, 8.0, 12.0, 16.0)
SCORES = 17  # of each cycle: one TWSTRS before, one at the peak, a weekly diary


def make(folder: Path, patients: int, parts: int) -> None:
    """Write a registry of `patients` with five cycles each and about 85 scores."""
    folder.mkdir()
    for part, share in enumerate(np.array_split(np.arange(patients), parts)):
        pq.write_table(
            _table(share, np.random.default_rng(part)), folder / f"part-{part:05d}.parquet", compression="zstd"
        )


def _table(share: np.ndarray, rng: np.random.Generator) -> pa.Table:
    n = len(share)
    weeks = np.concatenate([[0.0, 4.5], np.arange(1.0, SCORES - 1)])
    order = np.argsort(weeks, kind="stable")
    scale = np.array(["TWSTRS", "TWSTRS", *["diary"] * (SCORES - 2)])[order]
    weeks = weeks[order]
    level, gain, off = rng.normal(45, 8, n), rng.normal(0.3, 0.1, n), 11 * np.exp(0.2 * rng.standard_normal(n))
    course = (1 - np.exp(-((weeks / 1.2) ** 2))) / (1 + (weeks[None, :] / off[:, None]) ** 6)
    state = level[:, None] * (1 - gain[:, None] * course)
    units = rng.choice([140.0, 180.0, 220.0], (n, CYCLES))
    starts = np.cumsum(rng.integers(91, 119, (n, CYCLES)), axis=1) + rng.integers(0, 365, (n, 1))
    shape = (n, CYCLES, SCORES)
    twstrs = np.clip(np.round(state[:, None, :] + rng.normal(0, 4, shape)), 0, 85)
    diary = np.clip(np.round(state[:, None, :] / 8.5 + rng.normal(0, 0.9, shape)), 0, 10)
    days = (starts[:, :, None] + np.round(7 * weeks)).astype("timedelta64[D]") + np.datetime64("2018-01-01")
    names = np.char.add("p", share.astype(str))
    return pa.table(
        {
            "patient": np.repeat(names, CYCLES * SCORES),
            "cycle": np.tile(np.repeat(np.arange(1, CYCLES + 1).astype(str), SCORES), n),
            "week": np.tile(weeks, n * CYCLES),
            "score": np.where(scale == "TWSTRS", twstrs, diary).ravel(),
            "scale": np.tile(scale, n * CYCLES),
            "product": np.repeat("onabotulinumtoxinA", n * CYCLES * SCORES),
            "units": np.repeat(units.ravel(), SCORES),
            "date": days.astype("datetime64[D]").ravel(),
            "site": np.repeat(np.char.add("c", (share % 40).astype(str)), CYCLES * SCORES),
        }
    )


def _memory_mb(process: int) -> float:
    """Return the resident memory of `process` and all of its children, in MB (Linux)."""
    total, waiting = 0, [process]
    while waiting:
        one = waiting.pop()
        try:
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * resource.getpagesize()
            children = Path(f"/proc/{one}/task/{one}/children").read_text()
        except OSError:
            continue
        waiting += [int(child) for child in children.split()]
    return total / 2**20


@contextmanager
def measured(what: str, patients: int, walls: dict[str, float]) -> Iterator[None]:
    """Print what the block took."""
    stop, peak = threading.Event(), [0.0]

    def watch() -> None:
        while not stop.wait(0.05):
            peak[0] = max(peak[0], _memory_mb(os.getpid()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun, before = time.perf_counter(), _cpu_s()
    try:
        yield
    finally:
        walls[what] = time.perf_counter() - begun
        used = _cpu_s() - before
        stop.set()
        watcher.join()
        print(
            f"{what:<44}{walls[what]:8.1f} s wall {used:8.1f} s cpu {1e6 * used / patients:9.0f} us/patient "
            f"{peak[0]:7.0f} MB",
            flush=True,
        )


def _cpu_s() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _forecast(
    folder: Path,
    out: Path,
    workers: int,
    on_done: Callable[[ProcessExecutor, int], None] | None = None,
    *,
    laplace: bool = False,
) -> None:
    with ProcessExecutor(workers) as executor:
        progress = None if on_done is None else lambda done, _: on_done(executor, done)
        forecast_partitions(folder, out, load_population(None), AT, executor, laplace=laplace, progress=progress)


def _compare_parts(folder: Path) -> None:
    """Print processor time a patient of the parts of a forecast, each beside the way it can be done without."""
    path, population, run, spent = min(folder.iterdir()), load_population(None), kernel(), {}
    levels = np.array(LEVELS)

    def rows() -> list[PatientScores]:
        return patients_of(partition_rows(path), "registry", default_scale="TWSTRS")

    def in_one_call(patient: PatientScores) -> None:
        summarise(patient, population, run, patient.cycles[-1].start_weeks + np.array(AT), levels)

    def step_by_step(patient: PatientScores) -> None:
        told = foretell(patient, population, run, patient.cycles[-1].start_weeks + np.array(AT))[1]
        quantiles(told.score, levels, run)

    def known_step_by_step(patient: PatientScores) -> None:
        laplace(patient, population, run, patient.cycles[-1].start_weeks + np.array(AT), levels)

    def columns_of(path: Path) -> Ragged:
        made = partition_columns(path, default_scale="TWSTRS")
        assert made is not None
        return made

    patients, columns = partition_scores(path, default_scale="TWSTRS"), columns_of(path)
    parts = {
        "read by columns": lambda: partition_scores(path, default_scale="TWSTRS"),
        "read by rows": rows,
        "forecast in one call": lambda: [in_one_call(patient) for patient in patients],
        "forecast step by step": lambda: [step_by_step(patient) for patient in patients],
        "population known, read": lambda: columns_of(path),
        "population known, all at once": lambda: registry_columns(columns, population, AT),
        "population known, step by step": lambda: [known_step_by_step(patient) for patient in patients],
    }
    for name, work in parts.items():
        work()
        begun = time.process_time()
        work()
        spent[name] = 1e3 * (time.process_time() - begun) / len(patients)
    print("one patient, ms: " + ", ".join(f"{name} {took:.2f}" for name, took in spent.items()))


def _sizes(place: Path, sizes: list[int], workers: int, laplace: bool) -> None:
    """Print what forecasts of registries of several sizes take, in parts of a thousand patients."""
    for size in sizes:
        folder, walls = place / f"of-{size}", {}
        make(folder, size, max(workers, size // 1000))
        what = f"forecast of {size} patients, {workers} worker(s)"
        with measured(what, size, walls):
            _forecast(folder, place / f"out-of-{size}", workers, laplace=laplace)
        print(f"  a million at this pace: {walls[what] / size * 1e6:.0f} s")


def _busy(_: int) -> int:
    return sum(i * i % 7 for i in range(2_000_000))


def _compare_workers(folder: Path, place: Path, workers: int, turns: int) -> None:
    """Print how much faster several workers are, and how much faster plain arithmetic in as many processes."""
    ratios: dict[str, list[float]] = {"forecast": [], "plain arithmetic": []}
    with ProcessExecutor(1) as one, ProcessExecutor(workers) as more:
        for executor, size in ((one, 1), (more, workers)):  # the first task loads what a worker needs
            list(executor.run(_busy, range(2 * size)))
            forecast_partitions(folder, place / f"warm-{size}", load_population(None), AT, executor)
        for turn in range(turns):
            took: dict[tuple[str, int], float] = {}
            for executor, size in ((one, 1), (more, workers)):
                begun = time.perf_counter()
                forecast_partitions(folder, place / f"turn-{turn}-{size}", load_population(None), AT, executor)
                took["forecast", size] = time.perf_counter() - begun
                begun = time.perf_counter()
                list(executor.run(_busy, range(2 * workers)))
                took["plain arithmetic", size] = time.perf_counter() - begun
            for what, each in ratios.items():
                each.append(took[what, 1] / took[what, workers])
    for what, each in ratios.items():
        print(
            f"{workers} workers against one, {what}: {np.median(each):.2f} times ({min(each):.2f} to {max(each):.2f})"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--forecast", type=int, default=1600, help="patients of the forecast, which costs more")
    parser.add_argument("--sizes", help="forecast registries of these sizes alone, such as 1000,5000,20000")
    parser.add_argument("--laplace", action="store_true", help="with --sizes: the population taken as known")
    parser.add_argument("--turns", type=int, default=5, help="of one worker and more, for their ratio")
    args = parser.parse_args()
    walls: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        if args.sizes:
            _sizes(Path(place), [int(size) for size in args.sizes.split(",")], args.workers, args.laplace)
            return
        whole, some = Path(place, "registry"), Path(place, "some")
        make(whole, args.patients, args.parts)
        make(some, args.forecast, args.parts)
        size = sum(path.stat().st_size for path in whole.iterdir())
        print(f"{args.patients} patients, {args.patients * CYCLES * SCORES} scores, {size / 2**20:.1f} MB of Parquet")
        for workers in (1, args.workers):
            what = f"cohort, all questions, {workers} worker(s)"
            with measured(what, args.patients, walls), ProcessExecutor(workers) as executor:
                cohort(whole, QUESTIONS, executor=executor)
        pool = ProcessPoolExecutor(args.workers, mp_context=get_context("spawn"))
        with measured("the same task by ProcessPoolExecutor", args.patients, walls), pool:
            list(pool.map(TallyPart(QUESTIONS, "product"), cohort_parts(whole)))
        for workers in (1, args.workers):
            with measured(f"forecast, {workers} worker(s)", args.forecast, walls):
                _forecast(some, Path(place, f"out-{workers}"), workers)
        _compare_parts(some)
        _compare_workers(some, Path(place), args.workers, args.turns)
        killed: list[int] = []

        def kill(executor: ProcessExecutor, done: int) -> None:
            if done >= args.parts // 3 and not killed:
                killed.append(executor.process_ids[0])
                os.kill(killed[0], signal.SIGKILL)

        with measured("forecast, one worker killed after a third", args.forecast, walls):
            _forecast(some, Path(place, "out-killed"), args.workers, kill)
        with measured("the same run again: nothing to do", args.forecast, walls):
            _forecast(some, Path(place, "out-killed"), args.workers)
        same = all(
            path.read_bytes() == Path(place, "out-killed", path.name).read_bytes()
            for path in Path(place, f"out-{args.workers}").iterdir()
        )
        print(f"killed and quiet runs wrote the same bytes: {same}")
        more = walls[f"forecast, {args.workers} worker(s)"]
        print(f"a killed worker: {walls['forecast, one worker killed after a third'] / more:.2f} times the wall time")
        ours = walls[f"cohort, all questions, {args.workers} worker(s)"]
        print(f"ProcessPoolExecutor / ours, cohort: {walls['the same task by ProcessPoolExecutor'] / ours:.2f}")


if __name__ == "__main__":
    main()
