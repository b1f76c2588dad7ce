"""Backup while the record is in use, and restore into an empty one; both end with a verification of the copy."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from reprieve.core.errors import InputError, SetupError, StoreError, TamperedError
from reprieve.store.anchor_file import note_head, witness_path
from reprieve.store.copying import copy_record, is_empty
from reprieve.store.encrypted import encrypted_target, is_plain, key_is_given
from reprieve.store.engine import Database
from reprieve.store.verify import Verification, verify


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied, and the proof that the chain of the copy is whole.

    `beside` is what the tables beside the chain hold that no event says, such as an account: it is copied, and told.
    """

    file: str
    record: str
    events: int
    head: str
    ok: bool
    beside: tuple[str, ...] = ()


def back_up(record: str, file: Path) -> Copied:
    """Copy the record to the new SQLite file `file`.

    The file appears under its name only when it is whole and verified.

    Raises
    ------
    InputError
        There is such a file.
    TamperedError
        The record does not verify; nothing was written.
    SetupError
        The folder cannot be written, or is full; nothing stays behind.
    """
    if file.exists():
        raise InputError(f"there is a file {file} already; give a new name, a backup never replaces another")
    if not file.parent.is_dir():
        raise InputError(f"there is no folder {file.parent}; make it first")
    part = file.with_name(f".{file.name}.part-{os.getpid()}")
    try:
        source = Database(record, create=False)
        try:
            found = _copy(source, _alike(source, part), file)
            _require(found, source.shown, "nothing was backed up")
            _place(part, file)
            return _copied(file, source, found)
        finally:
            source.close()
    finally:
        for left in (part, witness_path(part), *_logs(part)):
            left.unlink(missing_ok=True)


def restore(file: Path, record: str) -> Copied:
    """Copy the backup `file` into the empty record `record`.

    Raises
    ------
    TamperedError
        The backup does not verify; nothing was restored.
    InputError
        It is no backup but a record in use, or one whose program was killed: its last events are not in the file yet.
    """
    if file.is_dir():
        raise InputError(f"{file} is a folder; nothing was restored, give the file of the backup")
    if any(log.exists() and log.stat().st_size for log in _logs(file) if log.name.endswith("-wal")):
        raise InputError(
            f"{file} is a record in use, or was not closed: its last events stand beside it in {file.name}-wal; "
            f"nothing was restored, take a backup of it first (`reprieve backup NEW --db {file}`) and restore that"
        )
    with tempfile.TemporaryDirectory(prefix="reprieve-restore-") as folder:
        # A backup of an earlier version is carried forward in a copy: the backup itself stays as it was taken.
        source = _opened(file, Path(folder) / "backup.db")
        try:
            return _into(source, file, record)
        finally:
            source.close()


def _opened(file: Path, copy: Path) -> Database:
    if file.is_file():
        try:
            shutil.copyfile(file, copy)
        except OSError as error:
            raise SetupError(
                f"{file} cannot be copied to {copy.parent} ({error.strerror}); nothing was restored, check both places"
            ) from None
        if witness_path(file).is_file():
            shutil.copyfile(witness_path(file), witness_path(copy))
    place = copy if copy.exists() else file
    sealed = key_is_given() and place.exists() and not is_plain(place)
    try:
        return Database(encrypted_target(place) if sealed else str(place), create=False)
    except (SetupError, StoreError) as error:
        raise type(error)(str(error).replace(str(copy), str(file))) from None


def _into(source: Database, file: Path, record: str) -> Copied:
    _require(verify(source), str(file), "nothing was restored")
    target = Database(record)
    try:
        if not is_empty(target):
            raise InputError(f"{target.shown} holds a record already; nothing was restored, give an empty --db")
        copy_record(source, target)
        found = verify(target)
        _require(found, target.shown, "the restored record is not whole, do not use it")
        if target.path is not None and found.events:
            note_head(target.path, found.events, found.head)
        return _copied(file, target, found)
    finally:
        target.close()


def _alike(source: Database, file: Path) -> str:
    """Return the target that means `file`, encrypted as the source is: a backup never tells more than its record."""
    return encrypted_target(file) if source.is_encrypted else str(file)


def _copy(source: Database, path: str, file: Path) -> Verification:
    try:
        target = Database(path)
        try:
            copy_record(source, target)
            return verify(target)
        finally:
            target.close()
    except StoreError as error:
        if isinstance(error, TamperedError):
            raise
        raise SetupError(f"no backup was made into {file}: {error}") from None


def _logs(file: Path) -> tuple[Path, ...]:
    """Return what SQLite keeps beside `file` while it is open, and leaves there when the disk is full."""
    return tuple(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))


def _place(part: Path, file: Path) -> None:
    try:
        handle = os.open(part, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        os.link(part, file)  # unlike a rename it never replaces a file that appeared meanwhile
        os.chmod(file, 0o600)
    except OSError as error:
        raise SetupError(f"cannot write {file} ({error.strerror or error}); nothing was backed up") from None


def _require(found: Verification, what: str, then: str) -> None:
    if not found.chain:
        raise TamperedError(f"{what} does not verify ({found.problem}); {then}")


def _copied(file: Path, record: Database, found: Verification) -> Copied:
    beside = tuple(str(problem) for problem in found.problems)
    return Copied(str(file), record.shown, found.events, found.head, found.ok, beside)
