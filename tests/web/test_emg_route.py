"""Recordings over the API: real files from the test data, read by the same readers as the command line."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from reprieve.app.emg.recording import report_recording
from reprieve.interop.recordings import read_recording
from support.stimulated import write_stimulated

DATA = Path(__file__).parents[1] / "data" / "emg"
EDF = DATA / "made" / "biceps_bursts.edf"
C3D = DATA / "made" / "shoulder_six_channels.c3d"
HEADERS = {"X-Reprieve": "1", "Content-Type": "application/octet-stream"}


def _frame(content: bytes, **header) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + content


def _send(browser, path: str, body: bytes):
    return browser.client.post(path, content=body, headers=HEADERS)


def _read(answer: bytes) -> tuple[dict, list[np.ndarray]]:
    (length,) = struct.unpack("<I", answer[:4])
    header, at = json.loads(answer[4 : 4 + length]), 4 + length
    assert at % 8 == 0, "typed arrays in the browser need an aligned start"
    found = []
    for channel in header["channels"]:
        samples = np.frombuffer(answer, "<i2", channel["samples"], at)
        found.append(samples * channel["scale"] + channel["offset"])
        at += -(-2 * channel["samples"] // 8) * 8
    assert at == len(answer)
    return header, found


@pytest.mark.parametrize("path", [EDF, C3D], ids=["int16", "float"])
def test_what_is_drawn_is_what_the_file_holds(signed_in, path: Path) -> None:
    """Integers of 16 bits come as they are; others within half a step of their own range."""
    answer = _send(signed_in("injector"), "/api/emg/samples", _frame(path.read_bytes(), name=path.name))
    assert answer.status_code == 200, answer.text
    header, drawn = _read(answer.content)
    recording = read_recording(str(path))
    assert [channel["name"] for channel in header["channels"]] == [one.name for one in recording.channels]
    for told, values, channel in zip(header["channels"], drawn, recording.channels, strict=True):
        np.testing.assert_allclose(values, channel.values, atol=abs(told["scale"]) * 0.51)
        assert told["rate_hz"] == channel.rate_hz


def test_the_report_is_the_command_lines_and_takes_what_was_marked(signed_in) -> None:
    """Muscle, side and epochs from the screen reach the report; without them it is that of the plain file."""
    injector = signed_in("injector")
    plain = _send(injector, "/api/emg/report", _frame(EDF.read_bytes(), name=EDF.name)).json()
    expected = report_recording(str(EDF))
    assert [one["rms"] for one in plain["report"]["channels"]] == [one.rms for one in expected.channels]
    assert plain["report"]["recording"] == "biceps_bursts.edf"
    name = expected.channels[0].name
    marked = _frame(
        EDF.read_bytes(),
        name=EDF.name,
        channels={name: {"muscle": "biceps_brachii", "side": "left"}},
        epochs=[{"kind": "rest", "start_s": 0, "stop_s": 1}, {"kind": "maximal", "start_s": 1, "stop_s": 3}],
    )
    told = _send(injector, "/api/emg/report", marked).json()
    assert told["report"]["muscles"][0]["muscle"] == "biceps_brachii"
    assert [one["kind"] for one in told["report"]["epochs"]] == ["rest", "maximal"]


def test_the_marker_of_a_stimulus_reaches_the_report(signed_in, tmp_path: Path) -> None:
    """The screen could not name it, so that responses to stimuli were never seen there."""
    path = write_stimulated(tmp_path / "stimulated.edf")
    injector = signed_in("injector")
    told = _send(injector, "/api/emg/report", _frame(path.read_bytes(), name=path.name, stimulus="stim")).json()
    assert told["report"]["evoked"][0]["stimuli"] == 8
    assert told["report"]["evoked"][0]["m_wave"]["value"] == pytest.approx(3.0, rel=0.05)
    plain = _send(injector, "/api/emg/report", _frame(path.read_bytes(), name=path.name)).json()
    assert plain["report"]["evoked"] == []
    wrong = _send(injector, "/api/emg/report", _frame(path.read_bytes(), name=path.name, angle="knee"))
    assert wrong.status_code == 422
    assert "knee" in wrong.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"\xff\xff\xff\xff", "does not begin with its header"),
        (_frame(b"x"), "names no file"),
        (_frame(EDF.read_bytes()[:300], name="cut.edf"), "cut.edf"),
        (_frame(b"nonsense", name="../../etc/visit.edf"), "visit.edf"),
        (_frame(EDF.read_bytes(), name="a.edf", channels={"Nobody": {"muscle": "biceps_brachii"}}), "Nobody"),
    ],
)
def test_a_bad_upload_is_one_line_without_the_servers_folders(signed_in, body: bytes, says: str) -> None:
    """Refused with the name that the sender knows, and nothing of where it was laid."""
    answer = _send(signed_in("injector"), "/api/emg/report", body)
    assert answer.status_code == 422, answer.text
    message = answer.json()["error"]["message"]
    assert says in message
    assert "reprieve-emg-" not in message
    assert "\n" not in message


def test_only_those_who_assess_may_send_and_only_so_much(signed_in, new_browser) -> None:
    """Strangers and patients are refused before the file is read; other addresses keep their small limit."""
    frame = _frame(EDF.read_bytes(), name=EDF.name)
    assert _send(new_browser(), "/api/emg/samples", frame).status_code == 401
    assert _send(signed_in("patient"), "/api/emg/samples", frame).status_code == 403
    large = b" " * (5 * 1024 * 1024)
    assert _send(signed_in("injector"), "/api/check", large).status_code == 413
    assert _send(signed_in("injector"), "/api/emg/samples", _frame(large, name="a.edf")).status_code == 422
