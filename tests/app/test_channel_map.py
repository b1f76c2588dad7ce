"""A channel map that could be misread is refused with one line; each of these once passed or ended in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprieve.app.emg.channels import load_channel_map
from reprieve.app.emg.muscles import epochs_of
from reprieve.core.errors import RecordingError, UnknownNameError
from reprieve.interop.recording import Annotation

REST = "{kind: rest, start_s: 0, stop_s: 30"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("channels: {A: masseter, A: temporalis}", "'A' is told twice"),
        ("channels: {A: {side: left, side: right}}", "'side' is told twice"),
        ('channels: {A: {skip: "no"}}', "skip of 'A' is 'no'; give true or false"),
        ("channels: {A: {mvc: true}}", "mvc of 'A' is True"),
        (f"channels: {{}}\nepochs: [{REST}, side: lefft}}]", "side of epoch 1 is 'lefft'; allowed are left, right"),
        (f"channels: {{}}\nepochs: [{REST}, muscle: 5}}]", "muscle of epoch 1 is 5"),
        ("channels: {}\nepochs: [{kind: rest, start_s: false, stop_s: true}]", "epoch 1 runs from False to True s"),
        ("channels: {}\nepochs: [{kind: rest, start_s: 0, stop_s: 1" + "0" * 400 + "}]", "epoch 1 runs from 0"),
        ("channels: {}\nepochs: 5", "epochs is 5; give a list"),
        ("channels: {}\nmovement: {trunk: [1, 2, 3, 4], head: [a, b, c, d]}", "movement is"),
        ("channels: {}\nstimulus: 2026-13-45", "holds a value that is none"),
        ("channels: " + "[" * 5000, "nested too deeply"),
        ("channels: [", "not YAML"),
    ],
)
def test_a_map_that_could_be_misread_is_one_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError) as refused:
        load_channel_map(str(tmp_path / "map.yaml"))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_map_written_as_json_keeps_its_figures(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_text('{"channels": {"A": {"mvc": 5e-05}}, "epochs": null}', encoding="utf-8")
    assert load_channel_map(str(tmp_path / "map.json")).entries == {"A": {"mvc": 5e-05}}


def test_an_epoch_of_a_muscle_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    # Misspelt, the maximal effort of this muscle would be an effort of another one, and its 100 % would be missing.
    (tmp_path / "map.yaml").write_text(
        "channels: {A: splenius_capitis}\nepochs: [{kind: maximal, start_s: 0, stop_s: 3, muscle: splenius_captis}]",
        encoding="utf-8",
    )
    with pytest.raises(UnknownNameError, match="splenius_captis"):
        load_channel_map(str(tmp_path / "map.yaml"))


def test_a_marker_that_ends_an_epoch_begins_none() -> None:
    told = [
        (0, "MVC start"),
        (3, "MVC stop"),
        (5, "Rest"),
        (35, "rest end"),
        (40, "posture"),
        (70, "STOP"),
        (80, "task"),
    ]
    marks = [Annotation(float(at), None, text) for at, text in [*told, (85, "end-plate noise")]]
    found = [(one.kind, one.start_s, one.stop_s) for one in epochs_of(None, marks, 90.0)]
    assert found == [("maximal", 0, 3), ("rest", 5, 35), ("posture", 40, 70), ("task", 80, 90)]
