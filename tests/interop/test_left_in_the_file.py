"""Samples of long recordings stay in the file: read piece by piece they are those that were read at once."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reprieve.app.emg.recording import report_of
from reprieve.core.errors import RecordingError, SetupError
from reprieve.interop import c3d, opensignals, scratch, spike2, table_text, wfdb_files
from reprieve.interop.recording import Recording
from reprieve.interop.recordings import read_recording
from reprieve.interop.scratch import Scratch
from reprieve.interop.stored import StoredSamples

RNG = np.random.default_rng(5)


def same_samples(held: Recording, left: Recording) -> None:
    """Whether every channel is stored, and gives the samples that are held."""
    for one, other in zip(held.channels, left.channels, strict=True):
        assert isinstance(other.raw, StoredSamples)
        assert np.array_equal(one.raw, np.asarray(other.raw))
        assert (one.name, one.unit, one.rate_hz, one.start_s) == (other.name, other.unit, other.rate_hz, other.start_s)
        for start, stop in ((0, 10), (997, 1013), (len(one.raw) - 3, len(one.raw) + 9), (7, 7)):
            assert np.array_equal(one.raw[start:stop], other.raw[start:stop])


@pytest.mark.parametrize("fmt", ["16", "212", "24"])
def test_wfdb(fmt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Written by PhysioNet's own library; 16 bits are read without it, the others by it.
    counts = RNG.integers(-2000, 2000, (5000, 3))
    names, gains = ["A", "B", "C"], [10.0, 20.0, 30.0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own use of pandas
        import wfdb

        told = {"fs": 1000, "units": ["uV"] * 3, "sig_name": names, "write_dir": str(tmp_path)}
        wfdb.wrsamp("rec", d_signal=counts, fmt=[fmt] * 3, adc_gain=gains, baseline=[0, 5, -7], **told)
    held = read_recording(str(tmp_path / "rec.hea"))
    monkeypatch.setattr(wfdb_files, "_HELD_BYTES", 0)
    left = read_recording(str(tmp_path / "rec.hea"))
    same_samples(held, left)
    assert np.array_equal(left.channels[1].values, held.channels[1].values)
    assert held.channels[2].values == pytest.approx((counts[:, 2] + 7) / 30)


def test_a_short_wfdb_file_is_refused(tmp_path: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wfdb_files, "_HELD_BYTES", 0)
    source = shipped / "needle_emgdb" / "emg_healthy.hea"
    (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "emg_healthy.dat").write_bytes(source.with_suffix(".dat").read_bytes()[:1000])
    with pytest.raises(RecordingError, match="shorter than its header says"):
        read_recording(str(tmp_path / source.name))


def test_c3d(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(shipped / "made" / "shoulder_six_channels.c3d")
    held = read_recording(path)
    monkeypatch.setattr(c3d, "_HELD_BYTES", 0)
    same_samples(held, read_recording(path))


def test_opensignals_hdf5(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(shipped / "surface_opensignals" / "emg_bursts.h5")
    held = read_recording(path)
    monkeypatch.setattr(opensignals, "_HELD_BYTES", 0)
    same_samples(held, read_recording(path))


def test_spike2(elsewhere: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = elsewhere("tremor_spike2/tremor_postural.smr")
    held = read_recording(path)
    monkeypatch.setattr(spike2, "_HELD_BYTES", 0)
    same_samples(held, read_recording(path))


def table(folder: Path, last: str = "") -> str:
    """Write a table whose second channel is slower, as Delsys does."""
    rows = [f"{i / 1000:.3f},{x:.4f},{i / 500:.3f},{y:.3f}" for i, (x, y) in enumerate(RNG.normal(0, 50, (1500, 2)))]
    rows += [f"{i / 1000:.3f},{x:.4f},," for i, x in enumerate(RNG.normal(0, 50, 1500), 1500)]
    (folder / "f.csv").write_text("\n".join(["X[s],A [uV],X[s],B [uV]", *rows, last]))
    return str(folder / "f.csv")


@pytest.mark.parametrize("rows", [3000, 1024, 1500, 7])
def test_table(rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path)
    held = read_recording(path)
    monkeypatch.setattr(table_text, "_HELD_BYTES", 0)
    monkeypatch.setattr(table_text, "_ROWS_AT_ONCE", rows)
    left = read_recording(path)
    same_samples(held, left)
    assert [len(one.raw) for one in left.channels] == [3000, 1500]
    assert report_of(left)[0] == report_of(held)[0]


def test_the_row_that_is_no_number_is_counted_from_the_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_text, "_ROWS_AT_ONCE", 512)
    with pytest.raises(RecordingError, match="row 3000"):
        read_recording(table(tmp_path, last="3.000,x,,"))


def test_a_micro_sign_of_windows_is_one(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes("time [s];M. biceps [µV]\n0.000;1\n0.001;2\n0.002;3\n".encode("cp1252"))
    (channel,) = read_recording(str(tmp_path / "f.csv")).channels
    assert (channel.unit, channel.values.tolist()) == ("uV", [1, 2, 3])


def test_scratch_lies_in_files_beyond_what_is_held() -> None:
    room = Scratch(held_bytes=1000)
    small, large = room.array(100, np.float64), room.array((50, 7), np.complex64)
    small[:], large[:] = 1.0, 2 + 3j
    room.forget()
    assert (small == 1).all()
    assert (large == 2 + 3j).all()
    assert large.base is not None
    assert small.base is None


def test_no_room_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, offset: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scratch.os, "posix_fallocate", full, raising=False)
    with pytest.raises(SetupError, match=f"no room for 8 MB in {tempfile.gettempdir()}.*TMPDIR"):
        Scratch(held_bytes=0).array(2**20, np.float64)
