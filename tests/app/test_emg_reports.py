"""The EMG report as a page and on paper: everything in it, nothing fetched, any name harmless; reflexes in the JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

from reprieve.app.emg.channels import ChannelMap, Epoch
from reprieve.app.emg.html import report_html
from reprieve.app.emg.pdf import report_pdf
from reprieve.app.emg.recording import report_of, report_recording, report_with_traces
from reprieve.app.emg.svg import trace_svg
from reprieve.cli.main import main
from reprieve.core.errors import RecordingError
from reprieve.interop.recording import Annotation, Channel, Recording

SHIPPED = Path(__file__).parents[1] / "data" / "emg"
RATE = 1000


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Three channels with a shared 5 Hz drive and a goniometer, as CSV, with its map."""
    folder = tmp_path_factory.mktemp("session")
    rng, time = np.random.default_rng(0), np.arange(40 * RATE) / RATE
    drive = 1 + 0.8 * np.sin(2 * np.pi * 5 * time)
    emg = [80 * drive * rng.normal(size=len(time)) for _ in range(2)] + [30 * rng.normal(size=len(time))]
    angle = np.abs((time % 2) - 1) * 40 + rng.normal(0, 0.01, len(time))
    rows = np.column_stack([time, *emg, angle])
    head = "time [s],<b>A</b> [uV],B [uV],C [uV],GON [deg]"
    np.savetxt(folder / "visit.csv", rows, fmt="%.4f", delimiter=",", header=head, comments="")
    epochs = [{"kind": "stretch", "start_s": 2 * i + 1, "stop_s": 2 * i + 2, "muscle": "soleus"} for i in range(12)]
    channels = {
        "<b>A</b>": {"muscle": "soleus", "side": "right", "kind": "surface"},
        "B": "gastrocnemius",
        "GON": {"kind": "movement"},
    }
    (folder / "map.yaml").write_text(json.dumps({"channels": channels, "epochs": epochs, "angle": "GON"}))
    return str(folder / "visit.csv"), str(folder / "map.yaml")


def test_page_and_paper_from_the_command_line(
    session: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, paper = tmp_path / "out.html", tmp_path / "out.pdf"
    assert main(["emg", session[0], "--channels", session[1], "--report", str(page), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert main(["emg", session[0], "--channels", session[1], "--report", str(paper)]) == 0
    text = page.read_text()
    assert "<b>A</b>" not in text
    assert "&lt;b&gt;A&lt;/b&gt;" in text
    assert not re.search(r'(src|href)="|url\(|<script', text)
    assert "Coherence at 4 to 7 Hz of every pair" in text
    assert paper.read_bytes().startswith(b"%PDF-")
    assert document["stretches"][0]["found"]["stretches"] == 12
    assert set(document["channels"][0]["intervals"]) >= {"rms", "turns_per_s", "low_frequency_fraction"}


def test_intervals_enclose_their_figures() -> None:
    report = report_recording(str(SHIPPED / "made" / "biceps_bursts.edf"))
    for channel in report.channels:
        for name, (low, high) in channel.intervals.items():
            value = getattr(channel, name)
            assert low <= value <= high, name


def test_a_trace_has_an_amplitude_and_its_epochs() -> None:
    # The ticks are in the unit that reads best, whatever the file's.
    time = np.arange(20_000) / RATE
    wave = 1.5e-3 * np.sin(2 * np.pi * 80 * time) * (time % 5 > 3) + 1e-6 * np.sin(2 * np.pi * 90 * time)
    channel = Channel(name="EMG", unit="V", rate_hz=RATE, raw=wave)
    entries = {"EMG": {"muscle": "soleus", "side": "left", "kind": "surface"}}
    epochs = (
        Epoch(kind="rest", start_s=0, stop_s=8),
        Epoch(kind="maximal", start_s=8, stop_s=20),
        Epoch(kind="task", start_s=8, stop_s=20, side="right"),
    )
    report, traces = report_of(
        Recording(path="made", format="made", channels=(channel,), annotations=(Annotation(4.0, None, "mark"),)),
        ChannelMap(entries=entries, epochs=epochs),
    )
    drawing = trace_svg(report.channels[0], traces[0], report.epochs, report.annotations)
    assert re.findall(r">([^<>]+)</text>", drawing)[-3:] == ["1", "−1", "mV"]
    assert re.findall(r"<title>(\w+)", drawing) == ["rest", "maximal"]
    assert drawing.count('class="marker"') == 1


def test_many_channels_without_a_figure_are_one_line() -> None:
    rng = np.random.default_rng(0)
    live = Channel(name="EMG", unit="uV", rate_hz=RATE, raw=rng.normal(0, 50, 8000))
    dead = tuple(Channel(name=f"Spare {i}", unit="uV", rate_hz=RATE, raw=np.zeros(8000)) for i in range(5))
    report, traces = report_of(Recording(path="made", format="made", channels=(live, *dead)))
    page = report_html(report, traces)
    assert "Without a figure: Spare 0, Spare 1, Spare 2, Spare 3, Spare 4 (dead)." in page
    assert page.count("<tr><td>") == 1


def test_every_drawing_reaches_the_paper() -> None:
    report, traces = report_with_traces(str(SHIPPED / "made" / "adductor_two_devices.edf"))
    assert len(report_pdf(report, traces)) > 20_000
    assert report_html(report, traces).count("<svg") >= 4


def test_an_unknown_marker_or_goniometer_is_one_line(session: tuple[str, str], tmp_path: Path) -> None:
    for key, word in (("stimulus", "no marker 'M'"), ("angle", "angle names 'M'")):
        path = tmp_path / f"{key}.yaml"
        path.write_text(json.dumps({"channels": {"B": "soleus"}, key: "M"}))
        with pytest.raises(RecordingError, match=word):
            report_recording(session[0], str(path))
    path.write_text(json.dumps({"channels": {"B": "soleus"}, "angle": 3}))
    with pytest.raises(RecordingError, match="angle is 3"):
        report_recording(session[0], str(path))


def test_a_report_has_a_name_that_says_what_it_is(
    session: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["emg", session[0], "--report", str(tmp_path / "out.docx")]) == 2
    assert "no .html or .pdf" in capsys.readouterr().err
    assert not (tmp_path / "out.docx").exists()


def test_numbers_that_no_signal_has_are_refused_as_a_channel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "\n".join(f"{i / 1000:.3f},{i % 7},{9e59 if i == 700 else i % 5}" for i in range(3000))
    (tmp_path / "f.csv").write_text("time [s],A [uV],B [uV]\n" + rows)
    assert main(["emg", str(tmp_path / "f.csv"), "--json"]) == 0
    good, bad = json.loads(capsys.readouterr().out)["channels"]
    assert good["rms"] > 0
    assert bad["quality"]["verdict"] == "reject"
    assert "far too large" in bad["not_given"]["rms"]


def test_only_turns_at_rest_speak_for_dystonia() -> None:
    # A triangle of f Hz turns 2 f times a second: 300 in the effort, 80 at rest. The published limits are of rest.
    time = np.arange(10 * 10_000) / 10_000
    effort, rest = (signal.sawtooth(2 * np.pi * hertz * time, 0.5) for hertz in (150, 40))
    channel = Channel(name="N", unit="mV", rate_hz=10_000, raw=np.concatenate([effort, rest]))
    recording = Recording(path="needle", format="made", channels=(channel,))

    def muscle(*epochs: Epoch):
        entries = {"N": {"muscle": "splenius_capitis", "side": "left", "kind": "needle"}}
        report, _ = report_of(recording, ChannelMap(entries=entries, epochs=epochs))
        assert report.channels[0].turns_per_s == pytest.approx(190, abs=1)
        return report.muscles[0]

    maximal = Epoch(kind="maximal", start_s=0, stop_s=10)
    marked = muscle(maximal, Epoch(kind="rest", start_s=10, stop_s=20))
    assert marked.turns_per_s == pytest.approx(80, abs=1)
    assert marked.score.parts["turns"] == 0
    for unmarked in (muscle(maximal), muscle()):
        assert unmarked.turns_per_s is None
        assert "turns" not in unmarked.score.parts


def test_rates_that_nearly_allow_common_seconds_are_said_not_to() -> None:
    """1111.1111 Hz beside 100 Hz: seconds of 0.9999 s beside whole ones, which ended in a traceback."""
    rng = np.random.default_rng(2)
    fast, slow = (
        Channel(name=name, unit="uV", rate_hz=rate, raw=20 * rng.standard_normal(round(12 * rate)))
        for name, rate in (("A", 1111.1111), ("B", 100.0))
    )
    report, _ = report_of(Recording(path="two", format="made", channels=(fast, slow)))
    (pair,) = report.pairs
    assert pair.coherence is None
    assert "no common segments" in pair.not_given["coherence"]
