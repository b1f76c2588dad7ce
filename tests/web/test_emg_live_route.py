"""A needle listened to over HTTP: a device that plays a real recording, refusals, and the seats for listeners."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reprieve.app.emg import live as emg_live
from reprieve.app.emg.replay import replay
from reprieve.interop.recordings import read_recording

NEEDLE = str(Path(__file__).parents[1] / "data" / "emg" / "needle_emgdb" / "emg_healthy.hea")


class Box:
    """An amplifier that hands out a real needle recording in odd pieces, and then falls silent."""

    name, names, units = "box", ("A",), ("mV",)

    def __init__(self, _: str) -> None:
        channel = read_recording(NEEDLE).channels[0]
        self.rate_hz, self._values = channel.rate_hz, channel.values
        self._at, self._sizes = 0, itertools.cycle((37, 160, 0, 401))

    def pull(self) -> tuple[NDArray[np.float64], float | None]:
        size = next(self._sizes)
        part = self._values[None, self._at : self._at + size]
        self._at += size
        return part, 0.01 if part.shape[1] else None


def test_the_lines_end_with_the_figures_of_the_replay(signed_in, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the browser gets is what the same recording gives when it is played; the lost device is told last."""
    monkeypatch.setattr(emg_live, "open_lsl", Box)
    answer = signed_in("injector").get("/api/emg/live", params={"source": "lsl:box"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert "no sample arrives" in lines[-1]["problem"]
    states = [state for state, _ in replay(NEEDLE, now=lambda: 0.0, wait=lambda _: None)]
    figures = lines[:-1]
    assert figures[-1]["time_s"] == pytest.approx(states[-1].time_s, abs=0.06)
    assert figures[-1]["verdict"] in {state.verdict[0] for state in states[-8:]}
    gaps = [b["time_s"] - a["time_s"] for a, b in itertools.pairwise(figures)]
    assert min(gaps) >= 0.0499
    # No spike is lost between two lines; those of the last, unfinished stretch are still to come.
    every = sum(len(state.new_spikes[0]) for state in states)
    assert every - 5 <= sum(line["new_spikes"] for line in figures) <= every


def test_what_is_not_there_is_refused_and_frees_its_seat(signed_in) -> None:
    """Without the device's library, or with a file's name: one line; it never uses up the listeners' seats."""
    injector = signed_in("injector")
    for _ in range(6):
        answer = injector.get("/api/emg/live", params={"source": "lsl:nowhere"})
        assert answer.status_code in (422, 503), answer.text
        assert "needles are listened to" not in answer.text
    assert injector.get("/api/emg/live", params={"source": "/etc/passwd"}).status_code == 422
    assert signed_in("patient").get("/api/emg/live", params={"source": "lsl:box"}).status_code == 403


def test_a_listener_who_leaves_gives_the_seat_back(signed_in, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten one after the other, each gone after the first line, of a device that never ends; there are four seats."""

    class Endless(Box):
        def pull(self) -> tuple[NDArray[np.float64], float | None]:
            time.sleep(0.002)
            self._at %= 4000
            return super().pull()

    monkeypatch.setattr(emg_live, "open_lsl", Endless)
    client = signed_in("injector").client

    def heard() -> bool:
        with client.stream("GET", "/api/emg/live", params={"source": "lsl:box"}) as answer:
            if answer.status_code != 200:
                assert "needles are listened to" in answer.read().decode()
                return False
            return "rms_uv" in json.loads(next(answer.iter_lines()))

    for _ in range(10):
        until = time.monotonic() + 30
        while not heard():
            assert time.monotonic() < until, "a seat was never given back"
            time.sleep(0.1)
