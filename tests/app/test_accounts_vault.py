"""Secrets of second factors lie sealed in the record; the key lies beside it and is not in a backup."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from reprieve.app.accounts.accounts import Accounts, Person, Role
from reprieve.app.accounts.second_factor import begin_codes, confirm_codes
from reprieve.app.accounts.vault import KEY_FILE, Vault, vault_of
from reprieve.app.ids import origin
from reprieve.app.record.backup import back_up
from reprieve.core.errors import AccessError, SetupError
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger
from reprieve.store.tables import accounts as table

PASSWORD = "correct horse 42"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NURSE = Person("clinic", "nurse", Role.NURSE)
AT = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
VERSION_2 = Path(__file__).parents[1] / "store" / "versions" / "2.sql"
# The secret that the record of version 2 holds open.
OPEN_SECRET = "XSVBDEWKFS6IL6LVWK27BLLKGRK6WJZW"


@pytest.fixture(autouse=True)
def no_named_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_FILE, raising=False)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(str(tmp_path / "clinic.db"))
    yield opened
    opened.close()


def accounts_at(database: Database, at: datetime, vault: Vault | None = None) -> Accounts:
    return Accounts(Ledger(database, origin()), lambda: at, QUICK, vault)


def with_codes(database: Database) -> pyotp.TOTP:
    accounts = accounts_at(database, AT)
    accounts.create(NURSE, PASSWORD, by="test")
    begun = begin_codes(accounts, NURSE)
    totp = pyotp.TOTP(begun["secret"])
    confirm_codes(accounts, NURSE, begun["challenge"], totp.at(AT), None)
    return totp


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file())


def test_s16_no_file_of_the_record_holds_the_secret_and_its_codes_let_in(database: Database, tmp_path: Path) -> None:
    totp = with_codes(database)
    later = AT + timedelta(minutes=2)
    assert accounts_at(database, later).sign_in("clinic", "nurse", PASSWORD, code=totp.at(later))[1] == NURSE
    assert totp.secret.encode() not in bytes_of(tmp_path)
    key = tmp_path / "clinic.db.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    back_up(str(tmp_path / "clinic.db"), tmp_path / "backup.db")
    assert bytes.fromhex(key.read_text()) not in (tmp_path / "backup.db").read_bytes()
    assert key.read_text().strip().encode() not in (tmp_path / "backup.db").read_bytes()


def test_s16_another_key_or_none_refuses_in_words(database: Database, tmp_path: Path) -> None:
    totp = with_codes(database)
    later = AT + timedelta(minutes=2)
    other = tmp_path / "other.key"
    other.write_text("0" * 64)
    for vault in (Vault(other), Vault(tmp_path / "none.key")):
        with pytest.raises(AccessError, match="key is missing or is another one"):
            accounts_at(database, later, vault).sign_in("clinic", "nurse", PASSWORD, code=totp.at(later))
    assert not (tmp_path / "none.key").exists(), "a new key would open nothing"


def test_s16_a_sealed_secret_is_of_no_use_for_another_account(database: Database, tmp_path: Path) -> None:
    vault = vault_of(database)
    sealed = vault.sealed("SECRET", "clinic/nurse")
    assert vault.opened(sealed, "clinic/nurse") == "SECRET"
    assert vault.sealed("SECRET", "clinic/nurse") != sealed
    with pytest.raises(AccessError):
        vault.opened(sealed, "clinic/injector")
    with pytest.raises(AccessError):
        vault.opened(sealed[:-4] + "AAA=", "clinic/nurse")


def test_s16_a_secret_of_an_earlier_version_is_sealed_at_the_next_sign_in(tmp_path: Path) -> None:
    target = tmp_path / "old.db"
    connection = sqlite3.connect(target)
    connection.executescript(VERSION_2.read_text(encoding="utf-8"))
    connection.close()
    database = Database(str(target))
    accounts = accounts_at(database, AT)
    accounts.change("clinic", "nurse", by="test", password=PASSWORD)
    code = pyotp.TOTP(OPEN_SECRET).at(AT)
    assert accounts.sign_in("clinic", "nurse", PASSWORD, code=code)[1].name == "nurse"
    with database.read() as reading:
        assert str(reading.scalar(select(table.c.totp_secret))).startswith("v1:")
    later = AT + timedelta(minutes=2)
    code = pyotp.TOTP(OPEN_SECRET).at(later)
    assert accounts_at(database, later).sign_in("clinic", "nurse", PASSWORD, code=code)[1].name == "nurse"
    database.close()


def test_the_key_can_be_named_and_must_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "keys" / "server.key"
    monkeypatch.setenv(KEY_FILE, str(named))
    database = Database(str(tmp_path / "clinic.db"))
    vault_of(database).sealed("SECRET", "clinic/nurse")
    assert len(bytes.fromhex(named.read_text())) == 32
    named.write_text("too short")
    with pytest.raises(SetupError, match="no key of 32 bytes"):
        vault_of(database).sealed("SECRET", "clinic/nurse")
    database.close()
