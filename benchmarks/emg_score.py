"""What the muscle score does on simulated sessions with known truth: sensitivity, specificity, calibration.

Run: python benchmarks/emg_score.py [sessions per row]. It says nothing about patients: the simulator holds what its
author believes dystonic EMG to be.
"""

from __future__ import annotations

import itertools
import sys

import numpy as np

from reprieve.app.emg.channels import ChannelMap, Epoch
from reprieve.app.emg.recording import report_of
from reprieve.app.emg.report import MuscleReport
from reprieve.emg.simulate import SimulatedMuscle, simulate_session
from reprieve.interop.recording import Channel, Recording

MUSCLES = (
    "splenius_capitis",
    "sternocleidomastoid",
    "trapezius_descending",
    "levator_scapulae",
    "semispinalis_capitis",
)
ROLES = ("dystonic", "dystonic", "compensatory", "overflow", "silent")
MAX_UV = 400.0
RATE = 1000.0
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 1.0)


def judged(
    muscles: tuple[SimulatedMuscle, ...], seed: int, noise_uv: float, leave: tuple[str, ...]
) -> list[MuscleReport]:
    """Return the reports in the order of the muscles."""
    session = simulate_session(muscles, np.random.default_rng(seed), rate_hz=RATE, epoch_s=20.0, noise_uv=noise_uv)
    channels = tuple(
        Channel(name=f"EMG{i}", unit="uV", rate_hz=RATE, raw=row, hint="surface EMG")
        for i, row in enumerate(session.samples_uv)
    )
    entries = {f"EMG{i}": {"muscle": MUSCLES[i], "side": "left", "kind": "surface"} for i in range(len(muscles))}
    epochs = tuple(
        Epoch(kind=kind, start_s=start, stop_s=stop)  # type: ignore[arg-type]
        for kind, spans in session.epochs.items()
        if kind not in leave
        for start, stop in spans
    )
    found = report_of(
        Recording(path="made", format="made", channels=channels), ChannelMap(entries=entries, epochs=epochs)
    )
    by_name = {one.muscle: one for one in found[0].muscles}
    return [by_name[name] for name in MUSCLES[: len(muscles)]]


def row(
    what: str,
    count: int,
    *,
    noise_uv: float = 2.0,
    fault: str = "none",
    ecg_uv: float = 0.0,
    leave: tuple[str, ...] = (),
) -> list[tuple[float, bool]]:
    """Print one line; return score and truth of every muscle that was judged."""
    hits = misses = right = wrong = unusable = 0
    pairs: list[tuple[float, bool]] = []
    for seed in range(count):
        faults = ["none"] * len(ROLES)
        faults[0] = faults[4] = fault
        muscles = tuple(
            SimulatedMuscle(role=role, max_uv=MAX_UV, fault=kind, ecg_uv=ecg_uv)  # type: ignore[arg-type]
            for role, kind in zip(ROLES, faults, strict=True)
        )
        for role, one in zip(ROLES, judged(muscles, seed, noise_uv, leave), strict=True):
            truth, called = role == "dystonic", one.score.muscle_class == "dystonic"
            unusable += one.score.muscle_class == "unusable"
            hits, misses = hits + (truth and called), misses + (truth and not called)
            right, wrong = right + (not truth and not called), wrong + (not truth and called)
            if one.score.score is not None:
                pairs.append((one.score.score, truth))
    brier = float(np.mean([(score - truth) ** 2 for score, truth in pairs]))
    print(
        f"| {what} | {100 * hits / (hits + misses):.0f} % | {100 * right / (right + wrong):.0f} % | "
        f"{100 * unusable / (count * len(ROLES)):.0f} % | {brier:.3f} |",
        flush=True,
    )
    return pairs


def coverage(count: int, noise_uv: float) -> None:
    """Print how often the interval of the activity in a posture of 20 s holds the mean of many such postures."""
    muscle = (SimulatedMuscle(role="dystonic", max_uv=MAX_UV),)
    found = [judged(muscle, 1000 + seed, noise_uv, ())[0].activity["posture"] for seed in range(count)]
    values = np.log([one.value for one in found])
    ends = np.log([(one.low, one.high) for one in found])  # type: ignore[arg-type]
    held = float(np.mean((ends[:, 0] <= values.mean()) & (values.mean() <= ends[:, 1])))
    half = float((ends[:, 1] - ends[:, 0]).mean() / 2)
    print(f"| {noise_uv:g} uV | {100 * held:.0f} % | {half:.3f} | {1.96 * values.std():.3f} |", flush=True)


def main() -> None:
    """Print the tables."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print("| condition | sensitivity | specificity | unusable | Brier |\n| --- | --- | --- | --- | --- |")
    pairs: list[tuple[float, bool]] = []
    for noise_uv in (1.0, 4.0, 10.0, 25.0, 60.0):
        ratio = 20 * np.log10(0.15 * MAX_UV / noise_uv)
        pairs += row(f"posture {ratio:+.0f} dB over the noise", count, noise_uv=noise_uv)
    for fault in ("dead", "clipping", "mains", "loose", "gain"):
        row(f"{fault} in one dystonic and one silent muscle", count, fault=fault)
    row("heart beats of 100 uV in all", count, ecg_uv=100.0)
    row("no opposite move, no trick", count, leave=("opposite", "trick"))
    row("no maximal effort", count, leave=("maximal",))
    print("\n| score | muscles | mean score | truly dystonic |\n| --- | --- | --- | --- |")
    for low, high in itertools.pairwise(BINS):
        inside = [(score, truth) for score, truth in pairs if low <= score < high or score == high == 1.0]
        if inside:
            mean, share = np.mean(inside, axis=0)
            print(f"| {low:g} to {high:g} | {len(inside)} | {mean:.2f} | {share:.2f} |")
    print("\n| noise | intervals that hold the mean | half width (log) | 1.96 sd |\n| --- | --- | --- | --- |")
    for noise_uv in (4.0, 25.0):
        coverage(15 * count, noise_uv)


if __name__ == "__main__":
    main()
