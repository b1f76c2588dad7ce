"""S23: a disk that is full or cannot be written: one clear line, nothing half written, what was acknowledged stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reprieve.app.record.backup import back_up
from reprieve.cli.main import main
from reprieve.core.errors import SetupError
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin
from reprieve.store.verify import verify
from support.registered import REGISTERED

FILLER = Path(__file__).with_name("_filler.py")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes, where the tests may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let the tests mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(target: Path, largest: int = 0) -> tuple[int, str]:
    """Return the last acknowledged number, and what the writer was told then."""
    done = subprocess.run(
        [sys.executable, str(FILLER), str(target), str(largest)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("refused "), "the disk never filled up: this showed nothing"
    return (int(lines[-2]) if len(lines) > 1 else 0), lines[-1].removeprefix("refused ")


def still_whole(target: Path, acknowledged: int) -> None:
    database = Database(str(target))
    ledger = Ledger(database, Origin("0", "t"))
    found = verify(database)
    assert found.ok, found.problem
    assert found.events == acknowledged
    assert len(ledger.events_of("clinic", "a")) == acknowledged
    database.close()


def test_s23_a_full_disk_refuses_the_write_and_keeps_all_before(small_disk: Path) -> None:
    target = small_disk / "clinic.db"
    acknowledged, told = fill(target)
    assert acknowledged > 10
    assert "could not be written" in told
    assert "nothing of this change was stored" in told
    still_whole_after_room(target, acknowledged)


def test_s23_a_backup_onto_a_full_disk_leaves_nothing_behind(small_disk: Path, tmp_path: Path) -> None:
    """What was begun would hold patients' data under a hidden name, and fill the disk more with every night."""
    target = tmp_path / "clinic.db"
    fill(target, largest=8_000_000)
    with pytest.raises(SetupError, match="no backup was made into"):
        back_up(str(target), small_disk / "backup.db")
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize("zeros", [(4096, 8192), (4096, 81_920), (70_000, None)])
def test_s23_a_damaged_file_is_an_answer_of_the_audit_and_no_advice_to_try_again(
    zeros: tuple[int, int | None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "clinic.db"
    fill(target, largest=800_000)
    Database(str(target)).close()
    content = bytearray(target.read_bytes())
    start, stop = zeros
    content[start:stop] = bytes(stop - start) if stop else b""
    target.write_bytes(content)
    assert main(["audit", "verify", "--db", str(target)]) == 1
    told = capsys.readouterr()
    assert "damaged" in told.out or "malformed" in told.out
    assert "The chain does NOT hold." in told.out
    assert main(["backup", str(tmp_path / "b.db"), "--db", str(target)]) == 1
    assert main(["restore", str(target), "--db", str(tmp_path / "n.db")]) == 1
    assert not (tmp_path / "b.db").exists()


def still_whole_after_room(target: Path, acknowledged: int) -> None:
    # The record is carried to a larger disk, with its log, as an administrator would.
    larger = target.parent.parent / "larger"
    shutil.copytree(target.parent, larger)
    still_whole(larger / target.name, acknowledged)


def test_s23_a_file_that_may_not_grow_refuses_the_write_and_keeps_all_before(tmp_path: Path) -> None:
    target = tmp_path / "clinic.db"
    acknowledged, told = fill(target, largest=800_000)
    assert acknowledged > 10
    assert "nothing of this change was stored" in told
    still_whole(target, acknowledged)


def _serve(target: Path) -> subprocess.CompletedProcess[str]:
    """Run `reprieve serve` as somebody for whom the permissions count."""
    # Root may write everywhere; without these two capabilities it may write what its files' modes allow.
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"] if os.getuid() == 0 else []
    if bound and subprocess.run([*bound, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("root cannot give up its rights over files here")
    return subprocess.run(
        [*bound, sys.executable, "-m", "reprieve", "serve", "--db", str(target), "--port", "0"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_s23_a_read_only_folder_is_one_line_and_nothing_is_written(tmp_path: Path) -> None:
    place = tmp_path / "closed"
    place.mkdir(mode=0o555)
    done = _serve(place / "clinic.db")
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "cannot be written" in done.stderr
    assert "choose another" in done.stderr
    assert list(place.iterdir()) == []


def test_s23_a_read_only_record_is_one_line_and_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "clinic.db"
    Database(str(target)).close()
    before = target.read_bytes()
    target.chmod(0o444)
    tmp_path.chmod(0o555)
    done = _serve(target)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "check the permissions" in done.stderr
    tmp_path.chmod(0o755)
    assert target.read_bytes() == before


def test_s23_a_disk_that_turned_read_only_is_one_line_and_the_record_goes_on_afterwards(small_disk: Path) -> None:
    target = small_disk / "clinic.db"
    database = Database(str(target))
    Ledger(database, Origin("0", "t")).append([REGISTERED])
    database.close()
    before = target.read_bytes()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    try:
        done = _serve(target)
        with pytest.raises(SetupError, match="cannot be written"):
            Database(str(target))
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert "cannot be written" in done.stderr
    assert target.read_bytes() == before
    still_whole(target, 1)
