"""The port for amplifiers: a device that plays a real needle recording, LSL itself where it is installed, refusals."""

from __future__ import annotations

import itertools
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reprieve.app.emg.live import MOST_SILENT_PULLS, listen, listen_to
from reprieve.app.emg.replay import replay
from reprieve.cli.main import main
from reprieve.core.errors import RecordingError
from reprieve.emg.stream import StreamState
from reprieve.interop.recording import Recording
from reprieve.interop.recordings import read_recording

NEEDLE = str(Path(__file__).parents[1] / "data" / "emg" / "needle_emgdb" / "emg_healthy.hea")


class Device:
    """Hands out a recording in odd pieces, as an amplifier does."""

    name = "box"

    def __init__(self, units: tuple[str, ...] = ("mV", "")) -> None:
        channel = read_recording(NEEDLE).channels[0]
        self.rate_hz, self.units = channel.rate_hz, units
        self.names = tuple("AB"[: len(units)])
        self._values = np.stack([channel.values] * len(units))
        self._at, self._sizes = 0, itertools.cycle((37, 160, 0, 401))

    def pull(self) -> tuple[NDArray[np.float64], float | None]:
        size = next(self._sizes)
        part = self._values[:, self._at : self._at + size]
        self._at += size
        return part, 0.01 if part.shape[1] else None


def test_a_device_gives_the_figures_of_the_replay() -> None:
    live: list[StreamState] = []
    with pytest.raises(RecordingError, match="no sample arrives"):  # the recording ends, the device falls silent
        live.extend(state for state, _ in listen_to(Device()))
    played = [state for state, _ in replay(NEEDLE, now=lambda: 0.0, wait=lambda _: None)][-1]
    assert live[-1].time_s == pytest.approx(played.time_s)
    assert live[-1].turns_per_s == pytest.approx(played.turns_per_s)
    assert live[-1].rms_uv == pytest.approx(played.rms_uv, rel=1e-9)
    assert live[-1].verdict == played.verdict
    assert MOST_SILENT_PULLS > 1


def test_after_a_lost_packet_the_figures_begin_anew() -> None:
    """NaN ended the needle with a traceback; figures across the gap would be wrong."""

    class Lossy(Device):
        def pull(self) -> tuple[NDArray[np.float64], float | None]:
            part, age = super().pull()
            if age is not None and self._at >= 20_000 > self._at - part.shape[1]:
                part = np.where(np.arange(part.shape[1]) == 0, np.nan, part)
            return part, age

    states: list[StreamState] = []
    with pytest.raises(RecordingError, match="no sample arrives"):
        states.extend(state for state, _ in listen_to(Lossy()))
    times = np.array([state.time_s for state in states])
    assert (np.diff(times) >= 0).all()
    assert all(np.isfinite(state.rms_uv[0]) for state in states)
    assert 0.01 < np.diff(times).max() < 0.3  # the packet, and what the first blocks behind it wait for
    whole = read_recording(NEEDLE).channels[0]
    assert times[-1] == pytest.approx(whole.length_s, abs=0.02)


def test_a_recording_with_a_gap_is_not_played_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = read_recording(NEEDLE).channels[0]
    values = np.array(channel.values)
    values[9000] = np.nan
    broken = Recording(path="gap", format="made", channels=(replace(channel, raw=values, scale=1.0, offset=0.0),))
    monkeypatch.setattr("reprieve.app.emg.replay.read_recording", lambda _: broken)
    with pytest.raises(RecordingError, match=r"after 2\.25 s samples are no numbers"):
        list(replay("gap", now=lambda: 0.0, wait=lambda _: None))


@pytest.mark.parametrize(
    ("units", "channel", "words"),
    [(("", "N"), None, "no channel states"), (("uV", "uV"), None, "several"), (("uV", "N"), "B", "no channel 'B'")],
)
def test_what_a_device_lacks_is_one_line(units: tuple[str, ...], channel: str | None, words: str) -> None:
    with pytest.raises(RecordingError, match=words):
        next(listen_to(Device(units), channel))


def test_without_the_library_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pylsl", None)
    assert main(["emg", "lsl:Needle", "--live"]) == 2
    assert "reprieve[lsl]" in capsys.readouterr().err


@pytest.mark.slow
def test_a_stream_of_lsl_is_heard() -> None:
    pylsl = pytest.importorskip("pylsl")
    import threading
    import time

    info = pylsl.StreamInfo("ReprieveTest", "EMG", 1, 2000, "float32", "reprieve-test")
    channel = info.desc().append_child("channels").append_child("channel")
    channel.append_child_value("label", "A")
    channel.append_child_value("unit", "microvolts")
    outlet, stop = pylsl.StreamOutlet(info), threading.Event()

    def send() -> None:
        rng = np.random.default_rng(0)
        while not stop.is_set():
            outlet.push_chunk(rng.normal(0, 10, (20, 1)).tolist())
            time.sleep(0.01)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    try:
        states = itertools.islice(listen("lsl:ReprieveTest"), 20)
        assert [state for state, _ in states][-1].rms_uv[0] == pytest.approx(10, rel=0.5)
    finally:
        stop.set()
        sender.join()
