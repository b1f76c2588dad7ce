"""`reprieve emg -`: a recording by standard input is the recording of the file, whatever its format."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[1] / "data" / "emg"
FILES = ["made/biceps_bursts.edf", "made/shoulder_six_channels.c3d", "surface_biosppy/emg_1.txt"]


def emg(*told: str, sent: bytes = b"") -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "reprieve", "emg", *told], input=sent, capture_output=True, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("name", FILES)
def test_the_report_is_that_of_the_file(name: str) -> None:
    """Only the name differs."""
    path = SHIPPED / name
    by_file = json.loads(emg(str(path), "--json")[1])
    code, out, _ = emg("-", "--json", sent=path.read_bytes())
    assert code == 0
    assert json.loads(out) == {**by_file, "recording": "-"}


def test_what_is_no_recording_is_one_line_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line speaks of standard input and not of a file nobody knows; the copy is gone."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    whole = (SHIPPED / FILES[0]).read_bytes()
    for sent in (b"", whole[:3000], b"\x00\x01\x02" * 500, b"no recording"):
        code, out, err = emg("-", "--json", sent=sent)
        assert code == 2
        assert out == ""
        assert err.count("\n") == 1
        assert "standard input" in err
        assert str(tmp_path) not in err
    assert list(tmp_path.iterdir()) == []
