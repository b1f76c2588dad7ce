"""WFDB, OpenSignals, text, C3D, Spike2 and BIDS: what is read, what is refused, in one line."""

from __future__ import annotations

import builtins
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezc3d
import numpy as np
import pytest

from reprieve.app.emg.recording import report_recording
from reprieve.core.errors import RecordingError, ReprieveError, SetupError
from reprieve.interop import wfdb_files
from reprieve.interop.extras import need
from reprieve.interop.recordings import read_recording


def test_wfdb_values_are_counts_over_gain(shipped: Path) -> None:
    # The .hea states 16 bit, 10000 counts per mV, first value -333.
    path = shipped / "needle_emgdb" / "emg_healthy.hea"
    recording = read_recording(str(path))
    channel = recording.channels[0]
    counts = np.fromfile(path.with_suffix(".dat"), "<i2")
    assert channel.values == pytest.approx(counts / 10_000, abs=1e-12)
    assert (channel.name, channel.unit, channel.rate_hz) == ("EMG", "mV", 4000)
    assert channel.raw[0] == -333
    assert "needle" in channel.hint


@pytest.mark.parametrize("held", [True, False])
def test_samples_that_a_wfdb_file_marks_as_missing_are_no_signal(
    held: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = np.arange(-2000, 2000).reshape(2000, 2)
    counts[700, 0] = -(2**15)  # what format 16 writes where there is no sample
    path = wfdb_record(tmp_path, counts)
    monkeypatch.setattr(wfdb_files, "_HELD_BYTES", 2**27 if held else 0)
    gap, whole = read_recording(path).channels
    assert np.flatnonzero(np.isnan(gap.values)).tolist() == [700]
    assert np.isfinite(whole.values).all()
    report = report_recording(path)
    assert [one.quality.verdict == "reject" for one in report.channels] == [True, False]
    assert "A: the file marks 1 samples as missing" in report.notes[0]


@pytest.mark.parametrize("gain", ["0", "", "0(0)/mV"])
def test_wfdb_without_a_gain_has_no_figure_in_volts(gain: str, tmp_path: Path) -> None:
    path = Path(wfdb_record(tmp_path, np.arange(-2000, 2000).reshape(2000, 2)))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *(f"rec.dat 16 {gain}".strip() for _ in range(2))]) + "\n")
    recording = read_recording(str(path))
    assert [(one.unit, one.scale) for one in recording.channels] == [("count", 1.0)] * 2
    assert "states no gain" in recording.notes[0]


def test_a_wfdb_record_of_two_segments_is_one(tmp_path: Path) -> None:
    counts = np.arange(-2000, 2000).reshape(2000, 2)
    wfdb_record(tmp_path, counts)
    both = tmp_path / "both.hea"
    both.write_text("both/2 2 1000 4000\nrec 2000\nrec 2000\n")
    recording = read_recording(str(both))
    assert [one.unit for one in recording.channels] == ["mV", "mV"]
    assert recording.channels[1].values == pytest.approx(np.tile(counts[:, 1], 2) / 1e3)


def wfdb_record(folder: Path, counts: np.ndarray) -> str:
    """Write two channels in format 16 by PhysioNet's own library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own use of pandas
        import wfdb

        told = {"units": ["mV"] * 2, "sig_name": ["A", "B"], "fmt": ["16"] * 2, "adc_gain": [1e3] * 2}
        wfdb.wrsamp("rec", fs=1000, d_signal=counts, baseline=[0, 0], write_dir=str(folder), **told)
    return str(folder / "rec.hea")


def test_opensignals_counts_become_millivolts(shipped: Path) -> None:
    recording = read_recording(str(shipped / "surface_opensignals" / "emg_bursts.h5"))
    channel = recording.channels[0]
    assert (channel.name, channel.unit, channel.rate_hz, len(channel.raw)) == ("channel_3", "mV", 1000, 28_519)
    assert channel.values == pytest.approx(3 * (channel.raw.astype(float) / 2**16 - 0.5), abs=1e-12)


def test_simple_text_has_counts_without_a_scale(shipped: Path) -> None:
    channel = read_recording(str(shipped / "surface_biosppy" / "emg_1.txt")).channels[0]
    assert (channel.name, channel.unit, channel.rate_hz, channel.volts) == ("EMG", "count", 1000, None)
    assert channel.raw[:3].tolist() == [2034, 2011, 2004]
    assert channel.rail == (0, 4095)


def test_c3d_analogs(shipped: Path) -> None:
    recording = read_recording(str(shipped / "made" / "shoulder_six_channels.c3d"))
    assert [c.name for c in recording.channels][2:5] == ["Subscap.EMG11", "Biceps.EMG4", "Triceps.EMG5"]
    assert {c.rate_hz for c in recording.channels} == {2000}
    assert {c.unit for c in recording.channels} == {"V"}
    assert len(recording.channels[0].raw) == 11_600
    assert not recording.channels[1].raw.any()


@pytest.mark.parametrize("byte_order", ["<", ">"])
def test_c3d_equals_ezc3d_and_integers_of_either_byte_order(shipped: Path, tmp_path: Path, byte_order: str) -> None:
    theirs = ezc3d.c3d(str(shipped / "made" / "shoulder_six_channels.c3d"))
    ours = read_recording(str(shipped / "made" / "shoulder_six_channels.c3d"))
    for channel, values in zip(ours.channels, theirs["data"]["analogs"][0], strict=True):
        assert np.array_equal(channel.values, values)
    # ezc3d writes floats only: the integer file is written by hand, after the format guide.
    path = tmp_path / "integers.c3d"
    path.write_bytes(integer_c3d(byte_order, counts=[[100, -100], [200, -200], [300, -300]]))
    first, second = read_recording(str(path)).channels
    assert (first.name, first.unit, first.rate_hz) == ("A", "mV", 100)
    assert first.values == pytest.approx([0.5 * 2.0 * (count - 10) for count in (100, 200, 300)])
    assert second.values == pytest.approx([0.5 * 4.0 * count for count in (-100, -200, -300)])


def test_unsigned_c3d_has_an_unsigned_offset(tmp_path: Path) -> None:
    path = tmp_path / "unsigned.c3d"
    path.write_bytes(integer_c3d("<", counts=[[-32768, 0], [-32760, 1]], offset=-32768, unsigned=True))
    first, second = read_recording(str(path)).channels
    assert first.raw.tolist() == [32768, 32776]
    assert first.values == pytest.approx([0, 8])
    assert second.values == pytest.approx([0, 2])


def integer_c3d(order: str, counts: list[list[int]], offset: int = 10, *, unsigned: bool = False) -> bytes:
    """Return a C3D file of 16-bit integers: two analog channels, one sample a frame, 100 frames a second."""

    def entry(group: int, name: str, rest: bytes) -> bytes:
        step = np.array([2 + len(rest)], order + "i2").tobytes()
        return bytes([len(name), group % 256]) + name.encode() + step + rest

    def parameter(group: int, name: str, kind: int, shape: list[int], data: bytes) -> bytes:
        return entry(group, name, bytes([kind % 256, len(shape), *shape]) + data + b"\0")

    def floats(*values: float) -> bytes:
        return np.array(values, order + "f4").tobytes()

    body = entry(-1, "POINT", b"\0") + entry(-2, "ANALOG", b"\0")
    body += parameter(1, "SCALE", 4, [], floats(0.1)) + parameter(2, "RATE", 4, [], floats(100))
    body += parameter(2, "USED", 2, [], np.array([2], order + "i2").tobytes())
    body += parameter(2, "LABELS", -1, [2, 2], b"A B ") + parameter(2, "UNITS", -1, [2, 2], b"mVmV")
    body += parameter(2, "GEN_SCALE", 4, [], floats(0.5)) + parameter(2, "SCALE", 4, [2], floats(2, 4))
    body += parameter(2, "OFFSET", 2, [2], np.array([offset, 0], order + "i2").tobytes())
    if unsigned:
        body += parameter(2, "FORMAT", -1, [8], b"UNSIGNED")
    section = (b"\1\x50\1" + bytes([84 if order == "<" else 86]) + body).ljust(512, b"\0")
    words = np.zeros(256, order + "u2")
    words[1:5] = 0, 2, 1, len(counts)
    words[8], words[9] = 3, 1
    head = bytes([2, 0x50]) + words.tobytes()[2:]
    return head + section + np.array(counts, order + "i2").tobytes().ljust(512, b"\0")


def test_spike2_beside_the_same_integers_as_edf(elsewhere: Callable[[str], str]) -> None:
    # The EDF was made from the .smr's integers; the EDF scale has 8 characters, so 4e-5 relative.
    smr = read_recording(elsewhere("tremor_spike2/tremor_postural.smr"))
    edf = read_recording(elsewhere("tremor_spike2/tremor_postural.edf"))
    assert [c.unit for c in smr.channels] == ["V", "V", ""]
    for ours, other in zip(smr.channels[:2], edf.channels[:2], strict=True):
        assert np.array_equal(ours.raw[: len(other.raw)], other.raw)
        # Eight characters of the physical range (-1666.67, -0.55556) also move the offset, by up to a third of a step.
        expected = 1e6 * ours.values[: len(other.raw)]
        np.testing.assert_allclose(other.values, expected, rtol=1e-4, atol=0.3 * other.scale)


def test_spike2_events_and_spikes_become_annotations(elsewhere: Callable[[str], str]) -> None:
    texts = [mark.text for mark in read_recording(elsewhere("needle_motor_units_spike2/motor_units.smr")).annotations]
    assert (texts.count("MU1"), texts.count("MU2")) == (62, 50)
    events = [mark.text for mark in read_recording(elsewhere("hreflex_spike2/physiology.smr")).annotations]
    assert (events.count("Hreflex"), events.count("Magnet")) == (20, 10)


def son_file(path: Path, *channels: list[tuple[float, int]], rate: int = 1000) -> Path:
    """Write a small Spike2 file of EMG channels: of each stretch its start in seconds and its samples.

    And a key press half a second into each stretch of the first.
    """

    def bytes_of(fields: list[tuple[str, str]], **told: Any) -> bytes:
        row = np.zeros(1, fields)
        for name, value in told.items():
            row[name] = value
        return row.tobytes()

    def pascal(text: str) -> bytes:
        return bytes([len(text)]) + text.encode()

    from neo.rawio import spike2rawio as son

    step = 1_000_000 // rate  # in microseconds, the clock of this file
    place = 512 + 140 * (len(channels) + 1)
    heads, blocks, keys, ends = b"", b"", b"", 0
    names = [name for name, _ in son.blockHeaderDesciption]
    for stretches in channels:
        first = last = place
        for number, (start_s, count) in enumerate(stretches):
            last, place = place, place + 20 + 2 * count
            start = round(start_s * 1e6)
            following = place if number + 1 < len(stretches) else -1
            head = (-1, following, start, start + (count - 1) * step, 1, count)
            blocks += bytes_of(son.blockHeaderDesciption, **dict(zip(names, head, strict=True)))
            blocks += (1000 * number + np.arange(count)).astype("<i2").tobytes()
            ends = max(ends, start + count * step)
        told = bytes_of(
            son.channelHeaderDesciption1,
            firstblock=first,
            lastblock=last,
            blocks=len(stretches),
            l_chan_dvd=step,
            title=pascal("EMG"),
            ideal_rate=rate,
            kind=1,
            max_chan_time=ends,
        )
        heads += (told + np.array([1.0, 0.0], "<f4").tobytes() + pascal("mV").ljust(6, b"\0")).ljust(140, b"\0")
    for start_s, _ in channels[0]:
        keys += np.array([round(start_s * 1e6) + 500_000], "<i4").tobytes() + b"K\0\0\0"
    key_block = np.array([-1, -1, 0, ends], "<i4").tobytes() + np.array([2, len(channels[0])], "<i2").tobytes() + keys
    heads += bytes_of(
        son.channelHeaderDesciption1,
        firstblock=place,
        lastblock=place,
        blocks=1,
        title=pascal("Keyboard"),
        kind=5,
        max_chan_time=ends,
    ).ljust(140, b"\0")
    head = bytes_of(
        son.headerDescription,
        system_id=6,
        us_per_time=1,
        time_per_adc=1,
        channels=len(channels) + 1,
        dtime_base=1e-6,
        max_ftime=ends,
    )
    path.write_bytes(head.ljust(512, b"\0") + heads + blocks + key_block)
    return path


def test_of_a_paused_spike2_recording_the_longest_stretch_is_kept_and_said(tmp_path: Path) -> None:
    path = son_file(tmp_path / "paused.smr", [(0.0, 2000), (10.0, 5000), (60.0, 1000)])
    recording = read_recording(str(path))
    (channel,) = recording.channels
    assert (channel.start_s, len(channel.raw), int(channel.raw[0])) == (10.0, 5000, 1000)
    assert "interrupted 2 times" in recording.notes[0]
    assert "10.00 s to 15.00 s" in recording.notes[0]
    assert [mark.onset_s for mark in recording.annotations] == [0.5, 10.5, 60.5]
    whole = read_recording(str(son_file(tmp_path / "whole.smr", [(0.0, 2000)])))
    assert (len(whole.channels[0].raw), whole.notes) == (2000, ())


def test_spike2_channels_that_pause_together_are_read_together(tmp_path: Path) -> None:
    # The second starts a sample later, as multiplexed channels do.
    pair = [(0.0, 2000), (10.0, 5000)], [(0.001, 2000), (10.001, 5000)]
    first, second = read_recording(str(son_file(tmp_path / "pair.smr", *pair))).channels
    assert (len(first.raw), len(second.raw)) == (5000, 5000)
    assert (first.start_s, second.start_s) == (10.0, 10.001)


def test_a_spike2_file_that_lost_samples_is_refused_not_filled_with_zeros(tmp_path: Path) -> None:
    path = son_file(tmp_path / "cut.smr", [(0.0, 2000)])
    whole = bytearray(path.read_bytes())
    place = 512 + 2 * 140
    for at, value in ((place + 18, 3000), (place + 18, 1500)):  # how many samples the block says it has
        spoilt = bytearray(whole)
        spoilt[at : at + 2] = np.array([value], "<i2").tobytes()
        path.write_bytes(spoilt)
        with pytest.raises(RecordingError, match="missing or damaged"):
            read_recording(str(path))
    # The key presses moved to the front of the file, the samples' end cut off.
    keys = whole[place + 20 + 4000 :]
    moved = bytearray(whole[:512]) + whole[512:place] + keys + whole[place : place + 20 + 4000]
    for channel, at in ((0, place + len(keys)), (1, place)):
        moved[512 + 140 * channel + 6 : 512 + 140 * channel + 10] = np.array([at], "<i4").tobytes()
    path.write_bytes(moved)
    assert len(read_recording(str(path)).channels[0].raw) == 2000
    path.write_bytes(moved[:-1000])
    with pytest.raises(RecordingError, match="missing or damaged"):
        read_recording(str(path))


@pytest.mark.parametrize(
    "other",
    [
        [(0.0, 2000), (4.0, 1000), (10.0, 5000)],
        [(0.0, 15_000)],
        [(0.0, 3000), (10.0, 5000)],
        [(0.0, 2000), (12.0, 5000)],
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_spike2_channels_that_pause_at_times_of_their_own_are_refused(
    other: list[tuple[float, int]], turned: bool, tmp_path: Path
) -> None:
    pair = [[(0.0, 2000), (10.0, 5000)], other]
    path = son_file(tmp_path / "apart.smr", *(pair[::-1] if turned else pair))
    with pytest.raises(RecordingError, match=r"apart\.smr: the channels are interrupted at different times"):
        read_recording(str(path))


def test_bids_names_the_muscles_and_the_conflict_of_units(shipped: Path) -> None:
    recording = read_recording(str(shipped / "bids_examples" / "emg_MultiBodyParts"))
    assert [c.muscle_text for c in recording.channels] == ["First Dorsal Interosseous", "Tibialis Anterior"]
    assert {c.unit for c in recording.channels} == {"uV"}
    assert "'uV'" in recording.notes[0]
    assert "'V'" in recording.notes[0]


def test_a_bids_folder_with_two_recordings_asks_which(shipped: Path) -> None:
    with pytest.raises(RecordingError, match="holds 2 recordings"):
        read_recording(str(shipped / "bids_examples"))


def test_opensignals_text(tmp_path: Path) -> None:
    head = {
        "00:07:80:3B:46:61": {
            "sampling rate": 1000,
            "column": ["nSeq", "DI", "CH1", "CH2"],
            "label": ["CH1", "CH2"],
            "resolution": [4, 1, 16, 10],
            "sensor": ["EMG", "ACC"],
            "device": "biosignalsplux",
        }
    }
    rows = "\n".join(f"{i % 16}\t0\t{32768 + i}\t{500 - i}" for i in range(100))
    path = tmp_path / "a.txt"
    path.write_text(f"# OpenSignals Text File Format. Version 1\n# {json.dumps(head)}\n# EndOfHeader\n{rows}\n")
    first, second = read_recording(str(path)).channels
    assert (first.unit, second.unit) == ("mV", "count")
    assert first.values[2] == pytest.approx(3 * 2 / 65536)
    assert second.raw[2] == 498
    path.write_text("# OpenSignals Text File Format. Version 1\n# {}\n# EndOfHeader\n1\n")
    with pytest.raises(RecordingError, match="header"):
        read_recording(str(path))


def test_opensignals_text_of_two_devices(tmp_path: Path) -> None:
    # The layout of the maker's own sync_cable_acoustic.txt: columns of one device after those of the other.
    device = {"sensor": ["EMG"], "column": ["nSeq", "DI", "CH1"], "label": ["CH1"], "device": "biosignalsplux"}
    head = json.dumps({name: {**device, "sampling rate": 1000, "resolution": [16]} for name in ("00:07", "00:08")})
    rows = "".join(f"{i}\t0\t{100 + i}\t{i}\t0\t{200 + i}\t\n" for i in range(60))
    (tmp_path / "f.txt").write_text(f"# OpenSignals Text File Format\n# {head}\n# EndOfHeader\n{rows}")
    first, second = read_recording(str(tmp_path / "f.txt")).channels
    assert (first.name, second.name) == ("00:07 CH1", "00:08 CH1")
    assert (first.raw[0], second.raw[-1]) == (100, 259)


def test_delsys_csv_with_a_time_column_for_each_channel(tmp_path: Path) -> None:
    # Two rates side by side; the slower column ends early.
    lines = ["X[s],Biceps: EMG 1[V],X[s],Biceps: ACC X[G]"]
    lines += [f"{i / 2000},{i * 1e-6}," + (f"{i / 100},{i}" if i < 20 else ",") for i in range(400)]
    path = tmp_path / "delsys.csv"
    path.write_text("\n".join(lines))
    emg, accel = read_recording(str(path)).channels
    assert (emg.name, emg.unit, emg.rate_hz, len(emg.raw)) == ("Biceps: EMG 1", "V", 2000, 400)
    assert (accel.unit, accel.rate_hz, len(accel.raw)) == ("G", 100, 20)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a,b\n1,2\n3,4\n", "states units"),
        ("time [s],biceps [uV]," + "x" * 200_000 + "\n0,1,2\n", "line 1: field larger"),
        ("time [s],emg [uV]\n0,1\n0.001,x\n", "not a table of numbers"),
        ("emg [uV]\n1\n2\n", "no time column"),
        ("time [s],emg [uV],more\n0,1,2\n0.001,2,3\n", "states no unit"),
        ("time [s],emg [uV]\n0,1\n0.001,2\n0.5,3\n0.501,3\n", "gap"),
        ("time [s],emg [uV]\n0,1\n0,2\n", "rise"),
        ("time [s],emg [uV]\n0,1\n0.001,\n0.002,4\n", "empty cells"),
        ("time [s],emg [uV]\n", "no samples"),
        ("time [h],emg [uV]\n1,2\n2,3\n", "unit of time"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(RecordingError, match=word):
        read_recording(str(path))


@pytest.mark.parametrize(
    "name",
    [
        "needle_emgdb/emg_healthy.hea",
        "surface_opensignals/emg_bursts.h5",
        "surface_biosppy/emg_1.txt",
        "made/shoulder_six_channels.c3d",
        "made/biceps_bursts.edf",
    ],
)
def test_damaged_files_are_read_or_refused_in_one_line(shipped: Path, tmp_path: Path, name: str) -> None:
    source = shipped / name
    data = source.read_bytes()
    if source.suffix == ".hea":
        shutil.copy(source.with_suffix(".dat"), tmp_path)
    path = tmp_path / source.name
    rng = np.random.default_rng(0)
    # HDF5 is read by a process of its own, which takes a while to start.
    few = source.suffix == ".h5"
    cuts = [40, 1500, len(data) - 1] if few else [0, 1, 40, 300, 511, 513, 1500, len(data) // 2, len(data) - 1]
    damaged = [data[:cut] for cut in cuts]
    for _ in range(4 if few else 25):
        copy = bytearray(data)
        for place in rng.integers(0, min(len(data), 2048), size=6):
            copy[place] = int(rng.integers(256))
        damaged.append(bytes(copy))
    messages: list[str] = []
    for content in damaged:
        path.write_bytes(content)
        try:
            read_recording(str(path))
        except ReprieveError as error:
            messages.append(str(error))
    assert len(messages) >= 3
    assert all("\n" not in message for message in messages)


def test_a_missing_signal_file_is_named(shipped: Path, tmp_path: Path) -> None:
    shutil.copy(shipped / "needle_emgdb" / "emg_healthy.hea", tmp_path)
    with pytest.raises(RecordingError, match="WFDB"):
        read_recording(str(tmp_path / "emg_healthy.hea"))


def test_unknown_files_name_what_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_bytes(b"whatever")
    with pytest.raises(RecordingError, match="allowed are EDF"):
        read_recording(str(tmp_path / "a.xyz"))
    (tmp_path / "a.smrx").write_bytes(b"S64 whatever")
    with pytest.raises(RecordingError, match=r"\.smrx has no open reader"):
        read_recording(str(tmp_path / "a.smrx"))
    with pytest.raises(RecordingError, match="cannot read"):
        read_recording(str(tmp_path / "absent.edf"))


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch, shipped: Path) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name.split(".")[0] == "h5py":
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    import importlib
    import sys

    monkeypatch.delitem(sys.modules, "h5py", raising=False)
    monkeypatch.setattr(importlib, "import_module", lambda name: without(name))
    with pytest.raises(SetupError, match=r"pip install 'reprieve\[emg\]'"):
        need("h5py", "a file")
    with pytest.raises(SetupError, match=r"pip install 'reprieve\[emg\]'"):
        read_recording(str(shipped / "surface_opensignals" / "emg_bursts.h5"))


def test_an_axis_named_x_is_a_channel(tmp_path: Path) -> None:
    path = tmp_path / "acc.csv"
    rows = [f"{i / 1000},{i % 7},{i % 5}" for i in range(50)]
    path.write_text("\n".join(["time [s],X [g],Y [g]", *rows]))
    channels = read_recording(str(path)).channels
    assert [(one.name, one.unit) for one in channels] == [("X", "g"), ("Y", "g")]
    assert list(channels[0].values[:3]) == [0, 1, 2]
