"""Damaged recordings of every format but EDF (see test_edf): read, or refused in one line that can be shown."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from tests.interop.test_other_formats import son_file

from reprieve.core.errors import RecordingError, ReprieveError
from reprieve.interop import opensignals
from reprieve.interop.recordings import read_recording

Make = Callable[[Path, Path, np.random.Generator], Path]
# What breaks parsers: no numbers, huge ones, separators, quotes, brackets, bytes that are no text.
WORDS = (
    b"nan",
    b"inf",
    b"-1",
    b"1e999",
    b"0",
    b"",
    b"99999999999",
    b"\0",
    b'"',
    b",",
    b"\t",
    b"\n",
    b"[]",
    b"{}",
    b"\xff",
)


def damaged(data: bytes, head: int, rng: np.random.Generator) -> bytes:
    """Return `data` cut, shifted, with foreign words or with other bytes, mostly in its first `head` bytes."""
    out, head = bytearray(data), min(head, len(data))
    kind = int(rng.integers(5))
    at = int(rng.integers(head))
    if kind == 0:
        return bytes(out[: rng.integers(len(out))])
    if kind == 1:
        del out[at : at + int(rng.integers(1, 9))]
    elif kind == 2:
        out[at : at + int(rng.integers(6))] = WORDS[int(rng.integers(len(WORDS)))]
    elif kind == 3:
        out[at:at] = out[at : at + int(rng.integers(1, 64))]
    else:
        for _ in range(int(rng.integers(1, 12))):
            out[int(rng.integers(head))] = int(rng.integers(256))
    return bytes(out)


def text_maker(name: str, text: str) -> Make:
    """Return what writes a damaged copy of `text`."""

    def make(folder: Path, shipped: Path, rng: np.random.Generator) -> Path:
        del shipped
        (folder / name).write_bytes(damaged(text.encode(), 400, rng))
        return folder / name

    return make


def table() -> str:
    rows = (f"{i / 1000:.3f},{np.sin(i):.4f},{i / 100}" for i in range(60))
    return "\n".join(["time [s],biceps [uV],triceps (mV)", *rows])


def delsys() -> str:
    slow = [(f"{i / 1000}", str(i)) if i < 30 else ("", "") for i in range(60)]
    rows = (f"{i / 2000}\t{i * 1e-6}\t{slow[i][0]}\t{slow[i][1]}" for i in range(60))
    return "\n".join(["X[s]\tA [V]\tX[s]\tB [uV]", *rows])


def open_signals() -> str:
    device = {"sensor": ["EMG"], "column": ["nSeq", "DI", "CH1"], "sampling rate": 1000, "resolution": [4, 1, 16]}
    head = json.dumps({"00:07": {**device, "label": ["CH1"], "device": "biosignalsplux"}})
    rows = "".join(f"{i}\t0\t{30000 + i}\t\n" for i in range(60))
    return f"# OpenSignals Text File Format\n# {head}\n# EndOfHeader\n{rows}"


def simple() -> str:
    rows = "".join(f"{2000 + i}\n" for i in range(60))
    return f"# Simple Text Format\n# Sampling Rate (Hz):= 1000.00\n# Resolution:= 12\n# Labels:= EMG\n{rows}"


def c3d(folder: Path, shipped: Path, rng: np.random.Generator) -> Path:
    path = folder / "f.c3d"
    path.write_bytes(damaged((shipped / "made" / "shoulder_six_channels.c3d").read_bytes(), 3000, rng))
    return path


def wfdb(folder: Path, shipped: Path, rng: np.random.Generator) -> Path:
    source = shipped / "needle_emgdb" / "emg_healthy.hea"
    if not (folder / "emg_healthy.dat").exists():
        shutil.copy(source.with_suffix(".dat"), folder)
    (folder / source.name).write_bytes(damaged(source.read_bytes(), 400, rng))
    return folder / source.name


def bids(folder: Path, shipped: Path, rng: np.random.Generator) -> Path:
    source = shipped / "bids_examples" / "emg_MultiBodyParts" / "sub-01" / "emg"
    stem = "sub-01_task-mechPerturbations"
    shutil.copy(source / f"{stem}_emg.edf", folder)
    (folder / f"{stem}_channels.tsv").write_bytes(damaged((source / f"{stem}_channels.tsv").read_bytes(), 400, rng))
    return folder / f"{stem}_emg.edf"


def spike2(folder: Path, shipped: Path, rng: np.random.Generator) -> Path:
    del shipped
    whole = folder / "whole.smr"
    if not whole.exists():
        son_file(whole, [(0.0, 500), (2.0, 800)], [(0.0, 500), (2.0, 800)])
    (folder / "f.smr").write_bytes(damaged(whole.read_bytes(), 1400, rng))
    return folder / "f.smr"


MAKERS: dict[str, Make] = {
    "csv": text_maker("f.csv", table()),
    "delsys": text_maker("f.tsv", delsys()),
    "opensignals": text_maker("f.txt", open_signals()),
    "simple": text_maker("f.txt", simple()),
    "c3d": c3d,
    "wfdb": wfdb,
    "bids": bids,
    "spike2": spike2,
}


def fuzz(make: Make, folder: Path, shipped: Path, count: int, seed: int) -> int:
    """Read `count` damaged files; return how many were refused. Anything but one printable line fails."""
    rng = np.random.default_rng(seed)
    refused = 0
    for _ in range(count):
        path, message = make(folder, shipped, rng), None
        try:
            for channel in read_recording(str(path)).channels:
                assert len(channel.values) <= path.stat().st_size + 200_000
        except ReprieveError as error:
            message = str(error)
        if message is not None:
            refused += 1
            assert message.isprintable()
            assert len(message) < 600
    return refused


@pytest.mark.parametrize("name", MAKERS)
def test_damaged_files_are_read_or_refused_in_one_printable_line(name: str, shipped: Path, tmp_path: Path) -> None:
    assert fuzz(MAKERS[name], tmp_path, shipped, 150, seed=1) > 20


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_many_damaged_files(name: str, shipped: Path, tmp_path: Path) -> None:
    assert fuzz(MAKERS[name], tmp_path, shipped, 20_000, seed=2) > 0


# Bytes of emg_bursts.h5 that keep the HDF5 library (2.0.0) in an endless loop over the text of an attribute.
ENDLESS = ((347, 46), (1555, 45), (1719, 32), (1862, 32), (2141, 255), (2544, 37), (2563, 48), (3871, 1))


def test_a_file_that_holds_the_library_in_a_loop_is_refused(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray((shipped / "surface_opensignals" / "emg_bursts.h5").read_bytes())
    for place, value in ENDLESS:
        content[place] = value
    (tmp_path / "f.h5").write_bytes(content)
    monkeypatch.setattr(opensignals, "_PATIENCE_S", 1.0)
    # Another version of the library may see the damage, which is as good.
    with pytest.raises(RecordingError, match=r"f\.h5.* export .* again|f\.h5.*export it again"):
        read_recording(str(tmp_path / "f.h5"))


def test_an_opensignals_size_that_the_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "f.h5", "w") as file:
        device = file.create_group("00:07")
        device.attrs["sampling rate"], device.attrs["resolution"], device.attrs["channels"] = 1000, [16], [1]
        device.create_dataset("raw/channel_1", shape=(10**10, 1), dtype="u4", chunks=(1000, 1))
    with pytest.raises(RecordingError, match="more than the file can hold"):
        read_recording(str(tmp_path / "f.h5"))


def test_two_devices_at_the_same_port_are_told_apart(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "f.h5", "w") as file:
        for name, value in (("left", 1), ("right", 2)):
            device = file.create_group(name)
            device.attrs["sampling rate"], device.attrs["resolution"], device.attrs["channels"] = 1000, [16], [1]
            device.create_dataset("raw/channel_1", data=np.full((100, 1), value, np.uint32))
    channels = read_recording(str(tmp_path / "f.h5")).channels
    assert [one.name for one in channels] == ["left channel_1", "right channel_1"]
    assert [int(one.raw[0]) for one in channels] == [1, 2]
