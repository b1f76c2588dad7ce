"""Playing a recording on time, and comparing two of them; the command that does both."""

from __future__ import annotations

import json
from pathlib import Path

import edfio
import numpy as np
import pytest
from scipy import signal

from reprieve.app.emg.channels import ChannelMap
from reprieve.app.emg.compare import compare_reports
from reprieve.app.emg.recording import report_of, report_recording
from reprieve.app.emg.replay import replay
from reprieve.cli.main import main
from reprieve.core.errors import RecordingError
from reprieve.interop.recording import Annotation, Recording
from reprieve.interop.recordings import read_recording

NEEDLE = Path(__file__).parents[1] / "data" / "emg" / "needle_emgdb" / "emg_healthy.hea"
RATE = 1000

MAP = """\
channels:
  SCM: {muscle: sternocleidomastoid, side: left}
  SPL: {muscle: splenius_capitis, side: right}
epochs:
  - {kind: posture, start_s: 0, stop_s: 40}
  - {kind: maximal, start_s: 40, stop_s: 46}
"""


class Clock:
    """A clock that only moves when somebody waits, or by `cost` with every look."""

    def __init__(self, cost: float = 0.0) -> None:
        self.time, self.cost, self.waits = 100.0, cost, 0

    def now(self) -> float:
        self.time += self.cost
        return self.time

    def wait(self, seconds: float) -> None:
        assert seconds > 0
        self.waits += 1
        self.time += seconds


def test_replay_keeps_time_and_loses_no_block() -> None:
    clock = Clock()
    played = list(replay(str(NEEDLE), now=clock.now, wait=clock.wait))
    length_s = 50_860 / 4000
    assert len(played) == int(100 * length_s)
    assert clock.time - 100.0 == pytest.approx(played[-1][0].time_s, abs=1e-6)
    assert max(late for _, late in played) == pytest.approx(0.0, abs=1e-9)
    assert clock.waits == len(played)


def test_a_slow_listener_is_told_and_delays_do_not_add_up() -> None:
    clock, lates = Clock(), []
    for number, (_, late) in enumerate(replay(str(NEEDLE), now=clock.now, wait=clock.wait)):
        lates.append(late)
        if number == 100:
            clock.time += 0.5
    assert max(lates) == pytest.approx(0.49, abs=0.001)
    assert lates[200] == 0.0


@pytest.mark.parametrize(("channel", "speed", "word"), [("none", 1.0, "name one of: EMG"), ("EMG", 0.0, "above 0")])
def test_what_cannot_be_played_says_why(channel: str, speed: float, word: str) -> None:
    clock = Clock()
    with pytest.raises(RecordingError, match=word):
        replay(str(NEEDLE), channel, now=clock.now, wait=clock.wait, speed=speed)


def recording(path: Path, posture_uv: tuple[float, float], seed: int, *, effort_uv: float = 300.0) -> str:
    """Write 46 s of two muscles: posture at the given RMS with pauses to tell the noise, then a maximal effort."""
    rng, level = np.random.default_rng(seed), np.full((2, 46 * RATE), 0.0)
    for row, uv in enumerate(posture_uv):
        level[row, : 40 * RATE] = uv
        level[row, 18 * RATE : 20 * RATE] = 0
        level[row, 41 * RATE : 45 * RATE] = effort_uv
    samples = level * rng.normal(size=level.shape) + rng.normal(size=level.shape)
    signals = [
        edfio.EdfSignal(row, RATE, label=name, physical_dimension="uV", physical_range=(-2000, 2000))
        for name, row in zip(("SCM", "SPL"), samples, strict=True)
    ]
    edfio.Edf(signals).write(path)
    return str(path)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("compare")
    (folder / "map.yaml").write_text(MAP)
    return {
        "map": str(folder / "map.yaml"),
        "before": recording(folder / "before.edf", (90.0, 60.0), 1),
        "after": recording(folder / "after.edf", (30.0, 60.0), 2),
    }


def test_the_muscle_that_fell_to_a_third_is_found_and_the_other_is_not(files: dict[str, str]) -> None:
    before, after = (report_recording(files[name], files["map"]) for name in ("before", "after"))
    found = {one.muscle: one for one in compare_reports(before, after).muscles}
    fell, stayed = found["sternocleidomastoid"].change, found["splenius_capitis"].change
    assert fell.ratio == pytest.approx(1 / 3, rel=0.1)
    assert fell.verdict == "less"
    assert stayed.ratio == pytest.approx(1.0, rel=0.1)
    assert stayed.verdict == "no_sure_change"
    assert found["sternocleidomastoid"].before_percent == pytest.approx(100 * 0.95 * 90 / 300, rel=0.1)


def test_without_a_maximal_effort_nothing_is_compared(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAP.replace("  - {kind: maximal, start_s: 40, stop_s: 46}\n", ""))
    report = report_recording(files["before"], str(tmp_path / "map.yaml"))
    (one, *_) = compare_reports(report, report).muscles
    assert one.change.ratio is None
    assert "maximal" in (one.note or "")


def test_turns_of_a_needle_are_compared(tmp_path: Path) -> None:
    # The published figures of both recordings: 147.5 and 252.6 turns/s, 0.262 and 1.221 mV a turn.
    entry = ChannelMap(entries={"EMG": {"muscle": "tibialis_anterior", "side": "right", "kind": "needle"}})
    before, after = (
        report_recording(str(NEEDLE.with_name(f"emg_{name}.hea")), entry) for name in ("healthy", "neuropathy")
    )
    found = {one.figure: one for one in compare_reports(before, after).figures}
    assert found["turns_per_s"].change.ratio == pytest.approx(252.6 / 147.5, rel=0.005)
    assert found["mean_amplitude_per_turn"].change.ratio == pytest.approx(1.221 / 0.262, rel=0.005)
    swing = found["mean_amplitude_per_turn"].change
    assert swing.low is not None
    assert swing.high is not None
    assert 1 < swing.low < swing.high
    assert swing.verdict == "more"
    assert 0 < (swing.detectable_percent or 0) < 100
    assert "same task" in (found["turns_per_s"].note or "")


def stimulated(path: Path, size_mv: float, seed: int, unit: str = "mV") -> str:
    """Write twelve stimuli with an M wave of `size_mv` peak to peak, which scatters by 4 %, at 10 ms."""
    rng, rate = np.random.default_rng(seed), 2000
    values = 0.005 * rng.standard_normal(14 * rate)
    wave = np.diff(signal.windows.gaussian(31, 5))
    for second in range(1, 13):
        start = second * rate + 12
        values[start : start + 30] += wave / np.ptp(wave) * size_mv * (1 + 0.04 * rng.standard_normal())
    values = values * (1000 if unit == "uV" else 1)
    marks = [edfio.EdfAnnotation(float(second), None, "stim") for second in range(1, 13)]
    edfio.Edf([edfio.EdfSignal(values, rate, label="EDB", physical_dimension=unit)], annotations=marks).write(path)
    return str(path)


def test_the_m_wave_is_compared_and_units_are_not_mixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "map.yaml").write_text("channels:\n  EDB: {side: right}\nstimulus: stim\n")
    files = [stimulated(tmp_path / f"{i}.edf", size, i) for i, size in enumerate((8.0, 3.2))]
    other = stimulated(tmp_path / "uv.edf", 3.2, 3, unit="uV")
    reports = [report_recording(path, str(tmp_path / "map.yaml")) for path in (*files, other)]
    found = {one.figure: one for one in compare_reports(reports[0], reports[1]).figures}["m_wave"]
    assert found.unit == "mV"
    assert found.before == pytest.approx(8.0, rel=0.05)
    assert found.change.ratio == pytest.approx(0.4, rel=0.05)
    assert found.change.verdict == "less"
    assert 1 < (found.change.detectable_percent or 0) < 15
    mixed = {one.figure: one for one in compare_reports(reports[0], reports[2]).figures}["m_wave"]
    assert mixed.change.verdict == "unknown"
    assert "one unit" in (mixed.note or "")
    assert main(["emg", files[1], "--before", files[0], "--channels", str(tmp_path / "map.yaml")]) == 0
    assert "m_wave" in capsys.readouterr().out


def test_two_channels_of_one_name_each_have_their_own_m_wave(tmp_path: Path) -> None:
    channels = tuple(
        read_recording(stimulated(tmp_path / f"{i}.edf", size, i)).channels[0] for i, size in enumerate((8.0, 2.0))
    )
    marks = tuple(Annotation(float(second), None, "stim") for second in range(1, 13))
    recording = Recording(path="twice", format="made", channels=channels, annotations=marks)
    # What the file calls millivolts the map knows to be microvolts.
    session = ChannelMap(entries={"EDB": {"unit": "uV"}}, stimulus="stim")
    report, _ = report_of(recording, session)
    assert [one.m_wave.value for one in report.evoked if one.m_wave] == pytest.approx([8.0, 2.0], rel=0.05)
    assert {one.unit for one in report.evoked} == {"uV"}


def test_the_command_compares(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["emg", files["after"], "--before", files["before"], "--channels", files["map"]]
    assert main([*arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {one["change"]["verdict"] for one in document["muscles"]} == {"less", "no_sure_change"}
    assert main(arguments) == 0
    assert "less" in capsys.readouterr().out


def test_the_command_plays_ten_lines_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emg", str(NEEDLE), "--live", "--speed", "50", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 127
    assert [row["time_s"] for row in rows[:3]] == [0.1, 0.2, 0.3]
    assert rows[60]["rise_us"] is None  # 4 kHz is too slow for a rise time
    assert {row["verdict"] for row in rows} <= {"active", "silent", "end_plate_noise"}
    assert main(["emg", str(NEEDLE), "--live", "--speed", "-1"]) == 2
