"""Head angles from a recording of two IMUs, by the command; SciPy's rotations made the file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from reprieve.app.emg import movement
from reprieve.cli.main import main

NAMES = [f"{part}{axis}" for part in "TH" for axis in "wxyz"]
MAP = f"""\
channels: {{}}
movement: {{trunk: [{", ".join(NAMES[:4])}], head: [{", ".join(NAMES[4:])}], neutral: {{start_s: 0, stop_s: 1.9}}}}
"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Two seconds neutral, then 8 s at 30 degrees left, 12 to the right shoulder, 8 chin up; the trunk sways."""
    time = np.arange(1000) / 100
    away = time >= 2
    turn = Rotation.from_euler("ZXY", np.outer(away, [30, 12, -8]), degrees=True)
    trunk = Rotation.from_euler("zyx", np.stack([20 * np.sin(time), 5 * np.cos(time), 3 * time], 1), degrees=True)
    head = trunk * turn * Rotation.from_euler("xyz", [80, -20, 35], degrees=True)
    columns = np.hstack([one.as_quat()[:, [3, 0, 1, 2]] for one in (trunk, head)])
    lines = ["time [s]," + ",".join(f"{name} [1]" for name in NAMES)]
    lines += [f"{t:.2f}," + ",".join(f"{value:.9f}" for value in row) for t, row in zip(time, columns, strict=True)]
    path = tmp_path / "imu.csv"
    path.write_text("\n".join(lines))
    (tmp_path / "map.yaml").write_text(MAP)
    return path


@pytest.mark.parametrize("at_once", [2**16, 97])
def test_angles_come_back_however_the_sensor_sits_and_the_trunk_sways(
    recording: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(movement, "_SAMPLES_AT_ONCE", at_once)
    arguments = ["emg", str(recording), "--channels", str(recording.with_name("map.yaml"))]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["movement"]
    assert found["rotation"]["median_deg"] == pytest.approx(30, abs=1e-3)
    assert found["rotation"]["twstrs_like"] == 2
    assert (found["tilt"]["twstrs_like"], found["extension"]["twstrs_like"]) == (1, None)
    expected = {"rotation_left": 0.8 * 30, "tilt_right": 0.8 * 12, "extension": 0.8 * 8}
    assert found["mean_deg"] == pytest.approx(expected, abs=1e-3)
    assert main(arguments) == 0
    assert "never instead of it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("Tw, ", "Qw, ", "'Qw'"),
        ("Tw, ", "", "movement is"),
        ("stop_s: 1.9", "stop_s: -1", "neutral"),
        ("start_s: 0, stop_s: 1.9", "start_s: 70, stop_s: 80", "outside"),
        ("Hw, Hx", "Hx, Hx", "length"),
    ],
)
def test_a_map_that_cannot_be_used_is_one_line(
    recording: Path, old: str, new: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recording.with_name("map.yaml")
    path.write_text(MAP.replace(old, new, 1))
    assert main(["emg", str(recording), "--channels", str(path)]) == 2
    line = capsys.readouterr().err
    assert word in line
    assert line.count("\n") == 1
