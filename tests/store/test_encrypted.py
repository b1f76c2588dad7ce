"""A record that is encrypted as a whole: nothing readable on the disk, one clear line for a wrong key."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from reprieve.app.record.backup import back_up, restore
from reprieve.core.errors import SetupError
from reprieve.record.events import Event
from reprieve.record.fold import fold_chart
from reprieve.store.encrypted import KEY, KEY_FILE, encrypted_target
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin, Request
from reprieve.store.verify import verify

pytest.importorskip("sqlcipher3", reason="the extra encrypted is not installed")

RAW = "0123456789abcdef" * 4


@pytest.fixture(params=[RAW, "a passphrase with 'quotes' and ö"])
def sealed(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of an encrypted record that is to be made, with its key at hand."""
    monkeypatch.delenv(KEY_FILE, raising=False)
    monkeypatch.setenv(KEY, request.param)
    return tmp_path / "clinic.db"


def write(file: Path, registered: Callable[..., Event], diary: Callable[..., Event]) -> tuple[int, str]:
    database = Database(encrypted_target(file))
    ledger = Ledger(database, Origin("0", "t"))
    ledger.append([registered()])
    request = Request.of("clinic", "nurse", "a-key-of-a-write", b"x")
    for _ in range(2):
        ledger.append([diary(key="one")], answer={"n": 1}, request=request)
    assert verify(database).ok
    head = ledger.head()
    database.close()
    return head


def test_s17_nothing_of_the_record_can_be_read_on_the_disk(
    sealed: Path, registered: Callable[..., Event], diary: Callable[..., Event]
) -> None:
    database = Database(encrypted_target(sealed))
    ledger = Ledger(database, Origin("0", "t"))
    ledger.append([registered()])
    for _ in range(40):
        ledger.append([diary()])
    for file in sealed.parent.glob("clinic.db*"):  # while it is open: with its log
        if file.suffix in (".heads", ".db-shm"):
            continue  # hashes only; an index of pages
        content = file.read_bytes()
        for word in (b"SQLite format", b"Sample", b"diary", b"CREATE TABLE"):
            assert word not in content
        # Bytes of a cipher are spread evenly: 8 bits of each byte's entropy, within what chance allows.
        counts = Counter(content[4096:])
        size = sum(counts.values())
        if size > 20_000:
            assert -sum(n / size * math.log2(n / size) for n in counts.values()) > 7.95
    database.close()


def test_an_encrypted_record_is_read_again_with_its_key_alone(
    sealed: Path, registered: Callable[..., Event], diary: Callable[..., Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = write(sealed, registered, diary)
    before = sealed.read_bytes()
    again = Database(encrypted_target(sealed), create=False)
    ledger = Ledger(again, Origin("0", "t"))
    assert ledger.head() == head == (2, head[1])
    assert fold_chart(ledger.events_of("clinic", "a")).patient.family_name == "Sample"
    again.close()
    for key, word in ((RAW.replace("0", "f"), "does not fit"), ("x" * 12, "at least 20"), ("", "needs its key")):
        monkeypatch.setenv(KEY, key)
        with pytest.raises(SetupError, match=word) as told:
            Database(encrypted_target(sealed))
        assert len(str(told.value).splitlines()) == 1
        assert not key or key not in str(told.value)
    assert sealed.read_bytes() == before
    with pytest.raises(SetupError, match="sqlite\\+pysqlcipher"):
        Database(str(sealed))


def test_s23_a_backup_stays_encrypted_and_is_restored_either_way(
    sealed: Path, tmp_path: Path, registered: Callable[..., Event], diary: Callable[..., Event]
) -> None:
    head = write(sealed, registered, diary)
    backup = tmp_path / "backup.db"
    done = back_up(encrypted_target(sealed), backup)
    assert (done.events, done.head) == head
    assert not backup.read_bytes().startswith(b"SQLite")
    assert b"Sample" not in backup.read_bytes()
    for target in (encrypted_target(tmp_path / "again.db"), str(tmp_path / "plain.db")):
        assert restore(backup, target).head == head[1]
    # And from a plain record into an encrypted one.
    back_up(str(tmp_path / "plain.db"), tmp_path / "plain-backup.db")
    assert restore(tmp_path / "plain-backup.db", encrypted_target(tmp_path / "moved.db")).head == head[1]
    with pytest.raises(SetupError, match="is not encrypted"):
        Database(encrypted_target(tmp_path / "plain.db"))


def test_the_key_may_lie_in_a_file_that_nobody_else_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY, raising=False)
    file = tmp_path / "key"
    file.write_text(RAW + "\n")
    monkeypatch.setenv(KEY_FILE, str(file))
    with pytest.raises(SetupError, match="chmod 600"):
        Database(encrypted_target(tmp_path / "clinic.db"))
    file.chmod(0o600)
    Database(encrypted_target(tmp_path / "clinic.db")).close()
    with pytest.raises(SetupError, match="does not belong into --db"):
        Database("sqlite+pysqlcipher://:secret-word@/" + str(tmp_path / "clinic.db"))
    file.unlink()
    with pytest.raises(SetupError, match="cannot be read"):
        Database(encrypted_target(tmp_path / "clinic.db"))


@pytest.mark.parametrize("key", ["", "short"])
def test_without_a_fit_key_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.delenv(KEY_FILE, raising=False)
    monkeypatch.setenv(KEY, key)
    with pytest.raises(SetupError, match="key"):
        Database(encrypted_target(tmp_path / "new" / "clinic.db"))
    assert list(tmp_path.iterdir()) == []
