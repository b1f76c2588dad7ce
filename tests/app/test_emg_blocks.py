"""A long recording goes through in blocks: the report is that of the whole, whatever the size of the blocks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reprieve.app.emg import looks
from reprieve.app.emg.channels import ChannelMap, Epoch
from reprieve.app.emg.recording import report_of
from reprieve.emg import contractions, envelope, quality
from reprieve.emg.simulate import SimulatedMuscle, simulate_session
from reprieve.interop import scratch
from reprieve.interop.recording import Channel, Recording
from reprieve.interop.recordings import read_recording

SHIPPED = Path(__file__).parents[1] / "data" / "emg"
REAL = (
    "made/biceps_fatigue.edf",
    "made/adductor_two_devices.edf",
    "needle_emgdb/emg_neuropathy.hea",
    "made/shoulder_six_channels.c3d",
)
MUSCLES = ("splenius_capitis", "sternocleidomastoid", "trapezius_descending")


def figures(found: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every number, text and None of a report with its place."""
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        found = {one.name: getattr(found, one.name) for one in dataclasses.fields(found)}
    if isinstance(found, dict):
        for key, value in found.items():
            yield from figures(value, f"{place}.{key}")
    elif isinstance(found, (tuple, list, np.ndarray)):
        yield f"{place}.length", len(found)
        for number, value in enumerate(found):
            yield from figures(value, f"{place}.{number}")
    else:
        yield place, found


def same(one: Any, other: Any) -> None:
    """Whether two reports are equal: times, counts and words exactly, other figures to 1e-5 of themselves."""
    first, second = dict(figures(one)), dict(figures(other))
    assert first.keys() == second.keys()
    for place, value in first.items():
        if isinstance(value, (float, np.floating)) and not place.endswith(("onset_s", "offset_s")):
            # A float32 sum of another order; a coherence near 0 has lost digits to the power beside it.
            assert second[place] == pytest.approx(value, rel=1e-5, abs=1e-6), place
        else:
            assert second[place] == value, place


def in_blocks(monkeypatch: pytest.MonkeyPatch, samples: int, points: int) -> None:
    """Let blocks be of so many samples and pieces of envelopes of so many points, and all of it lie in files."""
    monkeypatch.setattr(looks, "BLOCK_SAMPLES", samples)
    monkeypatch.setattr(envelope, "POINTS_AT_ONCE", points)
    monkeypatch.setattr(contractions, "POINTS_AT_ONCE", points)
    monkeypatch.setattr(quality, "_SECONDS_AT_ONCE", 3)
    monkeypatch.setattr(looks, "_HELD_BYTES", 0)
    monkeypatch.setattr(scratch.Scratch.__init__, "__defaults__", (0,))


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize(("samples", "points"), [(997, 509), (30_011, 2000)])
def test_a_real_recording(name: str, samples: int, points: int, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = read_recording(str(SHIPPED / name))
    whole = report_of(recording)
    in_blocks(monkeypatch, samples, points)
    same(whole, report_of(recording))


@pytest.mark.parametrize("fault", ["none", "mains", "loose", "clipping"])
def test_a_session_of_muscles(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    roles = ("dystonic", "dystonic", "compensatory")
    muscles = tuple(SimulatedMuscle(role=role, fault=fault) for role in roles)  # type: ignore[arg-type]
    made = simulate_session(muscles, np.random.default_rng(7), rate_hz=1111.0, epoch_s=14.0)
    rows = [np.round(10 * row).astype(np.int16) for row in made.samples_uv]
    channels = [Channel(name=f"E{i}", unit="uV", rate_hz=1111.0, raw=row, scale=0.1) for i, row in enumerate(rows)]
    moved = np.sin(np.arange(len(rows[0])) / 40) + 0.001 * rows[0]
    channels.append(Channel(name="ACC", unit="g", rate_hz=1111.0, raw=moved, hint="movement"))
    entries = {f"E{i}": {"muscle": name, "side": "left"} for i, name in enumerate(MUSCLES)}
    spans = [(kind, *span) for kind, found in made.epochs.items() for span in found]
    epochs = tuple(Epoch(kind=kind, start_s=start, stop_s=stop) for kind, start, stop in spans)  # type: ignore[arg-type]
    recording = Recording(path="made", format="made", channels=tuple(channels))
    whole = report_of(recording, ChannelMap(entries=entries, epochs=epochs))
    in_blocks(monkeypatch, 4999, 1500)
    same(whole, report_of(recording, ChannelMap(entries=entries, epochs=epochs)))
    assert len(whole[0].muscles) == 3
