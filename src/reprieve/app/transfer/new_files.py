"""New files and folders: whole, readable by their owner only, or not there at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from reprieve.core.errors import InputError, ReprieveError, SetupError


def write_new_file(name: str | Path, text: str | Iterable[str]) -> Path:
    """Write `text`, or its pieces one after the other, into the new file `name`.

    Raises
    ------
    InputError
        There is such a file.
    SetupError
        It cannot be written; nothing stays behind.
    """
    file = Path(name).expanduser()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"there is a file {file} already; give a new name") from None
    except OSError as error:
        raise SetupError(f"cannot write {file} ({error.strerror or error}); check the path") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.writelines([text] if isinstance(text, str) else text)
    except OSError as error:
        file.unlink(missing_ok=True)
        if isinstance(error, ReprieveError):  # of whoever makes the pieces; SetupError is an OSError too
            raise
        raise SetupError(f"cannot write {file} ({error.strerror or error}); check the space") from None
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return file


def write_new_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write `contents` as files into the new or empty `folder`.

    Raises
    ------
    InputError
        The folder holds files.
    SetupError
        It cannot be written; no file stays behind.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not an empty folder; nothing was written, give a new one")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in contents.items():
            (folder / name).write_bytes(body)
    except OSError as error:
        for name in contents:
            (folder / name).unlink(missing_ok=True)
        raise SetupError(f"cannot write into {folder} ({error.strerror or error}); check space and rights") from None
