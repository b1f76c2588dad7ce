"""The EDF reader: edfio beside it, EDF+ and BDF written by hand, broken headers, mutated files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import edfio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.app.emg.recording import report_of
from reprieve.core.errors import RecordingError, ReprieveError
from reprieve.interop import edf, stored
from reprieve.interop.edf import read_edf
from reprieve.interop.recordings import read_recording

EDF = "made/biceps_bursts.edf"
TWO = "made/adductor_two_devices.edf"


def field(text: object, width: int) -> bytes:
    return str(text).ljust(width).encode()


def edf_bytes(
    signals: list[tuple[str, int, bytes]],
    *,
    records: int,
    record_s: float = 1,
    reserved: str = "",
    version: bytes = b"0       ",
    digital: tuple[int, int] = (-32768, 32767),
    announced: int | None = None,
) -> bytes:
    """Return an EDF file by hand: signals are (label, samples per record, bytes of one record each)."""
    count = len(signals)
    head = version + b" " * 160 + field("01.01.26", 8) + field("00.00.00", 8)
    head += field(256 * (count + 1), 8) + field(reserved, 44)
    head += field(records if announced is None else announced, 8) + field(record_s, 8) + field(count, 4)
    for name, width in (("label", 16), ("", 80), ("uV", 8), (-100, 8), (100, 8)):
        head += b"".join(field(label if name == "label" else name, width) for label, _, _ in signals)
    head += b"".join(field(digital[0], 8) for _ in signals) + b"".join(field(digital[1], 8) for _ in signals)
    head += b"".join(field("", 80) for _ in signals)
    head += b"".join(field(samples, 8) for _, samples, _ in signals) + b" " * 32 * count
    return head + b"".join(data for _ in range(records) for _, _, data in signals)


@pytest.mark.parametrize("name", [EDF, TWO])
def test_equal_to_edfio(shipped: Path, name: str) -> None:
    ours, theirs = read_edf(str(shipped / name)), edfio.read_edf(shipped / name)
    assert len(ours.channels) == len(theirs.signals)
    for channel, expected in zip(ours.channels, theirs.signals, strict=True):
        assert channel.name == expected.label
        assert channel.rate_hz == expected.sampling_frequency
        assert np.abs(channel.values - expected.data).max() < 1e-9


def test_gpl_recordings_equal_to_edfio(elsewhere: Callable[[str], str]) -> None:
    path = elsewhere("tremor_spike2/tremor_postural.edf")
    ours, theirs = read_edf(path), edfio.read_edf(path)
    assert [c.rate_hz for c in ours.channels] == [5000, 5000, 500]
    assert [mark.text for mark in ours.annotations] == ["postural tremor"]
    for channel, expected in zip(ours.channels, theirs.signals, strict=True):
        np.testing.assert_allclose(channel.values, expected.data, rtol=0, atol=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_what_edfio_writes_is_read_back(seed: int, count: int, seconds: int) -> None:
    rng = np.random.default_rng(seed)
    rates = rng.choice([50, 200, 256, 1000], size=count)
    signals = [
        edfio.EdfSignal(rng.normal(0, 100, seconds * rate), rate, label=f"s{i}", physical_dimension="uV")
        for i, rate in enumerate(rates)
    ]
    notes = [edfio.EdfAnnotation(0.25, 0.5, "move"), edfio.EdfAnnotation(0.5, None, "Ruhe für alle")]
    written = edfio.Edf(signals, annotations=notes)
    path = Path(_folder(), f"{seed}.edf")
    written.write(path)
    recording = read_edf(str(path))
    for channel, signal in zip(recording.channels, signals, strict=True):
        assert channel.values == pytest.approx(signal.data, abs=1e-9)
    assert [(m.onset_s, m.duration_s, m.text) for m in recording.annotations] == [
        (0.25, 0.5, "move"),
        (0.5, None, "Ruhe für alle"),
    ]
    path.unlink()


def _folder() -> str:
    import tempfile

    return tempfile.gettempdir()


def test_bdf_has_24_bits_and_a_sign(tmp_path: Path) -> None:
    values = [0, 1, -1, 8388607, -8388608, -2, 70000, -70000]
    data = b"".join(int(v).to_bytes(3, "little", signed=True) for v in values)
    path = tmp_path / "a.bdf"
    path.write_bytes(
        edf_bytes([("A1", 8, data)], records=2, version=b"\xffBIOSEMI", reserved="24BIT", digital=(-8388608, 8388607))
    )
    recording = read_edf(str(path))
    assert recording.format == "BDF"
    assert recording.channels[0].raw.tolist() == values * 2
    assert recording.channels[0].rate_hz == 8


def test_a_gap_leaves_the_longest_stretch_with_its_time(tmp_path: Path) -> None:
    head = edf_bytes([("EMG", 10, b""), ("EDF Annotations", 8, b"")], records=0, reserved="EDF+D", announced=5)
    body = b""
    for onset, first in ((0, 0), (1, 10), (7.5, 20), (8.5, 30), (9.5, 40)):
        body += np.arange(first, first + 10, dtype="<i2").tobytes()
        body += f"+{onset}\x14\x14\0".encode().ljust(16, b"\0")
    path = tmp_path / "gap.edf"
    path.write_bytes(head + body)
    recording = read_edf(str(path))
    channel = recording.channels[0]
    assert channel.raw.tolist() == list(range(20, 50))
    assert channel.start_s == 7.5
    assert "7.50 s to 10.50 s" in recording.notes[0]


def test_a_gap_that_no_time_tells_is_said(tmp_path: Path) -> None:
    head = edf_bytes([("EMG", 10, b""), ("EDF Annotations", 8, b"")], records=0, reserved="EDF+D", announced=2)
    values = np.arange(10, dtype="<i2").tobytes()
    path = tmp_path / "gap.edf"
    path.write_bytes(head + values + b"+0\x14\x14\0".ljust(16, b"\0") + values + b"\0" * 16)
    recording = read_edf(str(path))
    assert len(recording.channels[0].raw) == 20
    assert "figures may reach over a gap" in recording.notes[0]


def test_a_recorder_switched_off_leaves_the_count_open(tmp_path: Path) -> None:
    path = tmp_path / "open.edf"
    path.write_bytes(edf_bytes([("EMG", 4, b"\1\0" * 4)], records=3, announced=-1) + b"\1\0")
    recording = read_edf(str(path))
    assert len(recording.channels[0].raw) == 12
    assert "left" in recording.notes[0] or "leaves" in recording.notes[0]


@pytest.mark.parametrize("keep", [0, 1, 100, 255, 256, 300, 511, 600, 5000, 57_000])
def test_a_truncated_file_is_one_clear_line(shipped: Path, tmp_path: Path, keep: int) -> None:
    path = tmp_path / "cut.edf"
    path.write_bytes((shipped / EDF).read_bytes()[:keep])
    with pytest.raises(RecordingError) as caught:
        read_recording(str(path))
    message = str(caught.value)
    assert "\n" not in message
    assert any(word in message for word in ("truncated", "empty", "no EDF file", "no data record"))
    assert "copy" in message or "again" in message


def test_the_broken_header_of_bids_examples(shipped: Path) -> None:
    path = shipped / "bids_examples/emg_Multimodal/sub-01/emg/sub-01_task-pullstand_emg.edf"
    with pytest.raises(RecordingError, match="malformed EDF header, the number of signals is '0  E'"):
        read_recording(str(path))


@pytest.mark.parametrize(
    ("place", "text", "word"),
    [
        (0, b"EDF     ", "begins with"),
        (184, b"99999999", "malformed"),
        (236, b"-7      ", "data records"),
        (244, b"0       ", "last 0 s"),
        (244, b"nan     ", "a number is needed"),
        (252, b"2.5 ", "whole number"),
        (252, b"0   ", "malformed"),
    ],
)
def test_each_senseless_field_is_named(shipped: Path, tmp_path: Path, place: int, text: bytes, word: str) -> None:
    data = bytearray((shipped / TWO).read_bytes())
    data[place : place + len(text)] = text
    path = tmp_path / "bad.edf"
    path.write_bytes(data)
    with pytest.raises(RecordingError, match=word):
        read_edf(str(path))


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """Return `data` damaged in one of five ways, mostly in the header."""
    out = bytearray(data)
    kind = rng.integers(5)
    if kind == 0:
        return bytes(out[: rng.integers(len(out))])
    if kind == 1:
        start = int(rng.integers(min(len(out), 1024)))
        del out[start : start + int(rng.integers(1, 9))]
        return bytes(out)
    spread = 1024 if kind < 4 else len(out)
    for _ in range(int(rng.integers(1, 12))):
        out[int(rng.integers(min(spread, len(out))))] = int(rng.choice([0, 32, 45, 48, 57, 46, 255, rng.integers(256)]))
    return bytes(out)


def seeds() -> list[bytes]:
    """Return small files of every kind: annotated, of two rates, of 24 bits, with a gap."""
    onset = b"+0\x14\x14\0".ljust(20, b"\0")
    gap = edf_bytes([("EMG", 10, b""), ("EDF Annotations", 10, b"")], records=0, reserved="EDF+D", announced=3)
    for at in (b"+0", b"+1", b"+7.5"):
        gap += bytes(20) + (at + b"\x14\x14\0" + at + b"\x150.1\x14go\x14\0")[:20].ljust(20, b"\0")
    return [
        edf_bytes([("EMG", 20, b"\1\2" * 20), ("EDF Annotations", 10, onset)], records=4),
        edf_bytes([("EMG", 20, b"\1\2" * 20), ("ACC", 3, b"\3\4" * 3)], records=5),
        edf_bytes([("A1", 8, b"\1\2\3" * 8)], records=3, version=b"\xffBIOSEMI", digital=(-8388608, 8388607)),
        gap,
    ]


def fuzz(path: Path, count: int, seed: int) -> int:
    """Read `count` mutations; return how many were refused. Anything but a ReprieveError of one line fails."""
    rng, files = np.random.default_rng(seed), seeds()
    refused = 0
    for number in range(count):
        data = files[number % len(files)]
        path.write_bytes(mutate(data, rng))
        message = None
        try:
            recording = read_edf(str(path))
        except ReprieveError as error:
            message = str(error)
        if message is not None:
            assert message.isprintable()
            assert len(message) < 500
            refused += 1
        else:
            assert sum(len(channel.values) for channel in recording.channels) <= 4 * len(data)
    return refused


def test_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    refused = fuzz(tmp_path / "f.edf", 3000, seed=1)
    assert 500 < refused < 3000


@pytest.mark.slow
def test_a_million_mutated_files(tmp_path: Path) -> None:
    assert fuzz(tmp_path / "f.edf", 1_000_000, seed=2) > 0


@pytest.mark.parametrize("name", [EDF, TWO])
def test_samples_left_in_a_large_file_are_the_same(shipped: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    held = read_edf(str(shipped / name))
    monkeypatch.setattr(edf, "_HELD_BYTES", 0)
    monkeypatch.setattr(stored, "_CHUNK_BYTES", 5000)
    left = read_edf(str(shipped / name))
    for one, other in zip(held.channels, left.channels, strict=True):
        assert isinstance(other.raw, stored.StoredSamples)
        assert np.array_equal(one.raw, np.asarray(other.raw))
        assert np.array_equal(one.values, other.values)
        assert (len(other.raw), other.raw.dtype, other.raw.nbytes) == (len(one.raw), one.raw.dtype, one.raw.nbytes)
        for start, stop in ((0, 10), (1995, 2013), (999, 1000), (len(one.raw) - 3, len(one.raw) + 9), (7, 7)):
            assert np.array_equal(one.raw[start:stop], other.raw[start:stop])
    assert report_of(held)[0] == report_of(left)[0]


def test_samples_of_24_bits_left_in_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edf, "_HELD_BYTES", 0)
    values = np.array([0, 1, -1, 2**23 - 1, -(2**23), 70000], np.int64)
    samples = b"".join(int(value).to_bytes(3, "little", signed=True) for value in values)
    (tmp_path / "f.bdf").write_bytes(
        edf_bytes([("EMG", 6, samples)], records=2, version=b"\xffBIOSEMI", digital=(-(2**23), 2**23 - 1))
    )
    assert np.array_equal(read_edf(str(tmp_path / "f.bdf")).channels[0].raw, np.tile(values, 2))
