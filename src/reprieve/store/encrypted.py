"""SQLite files that are encrypted as a whole (SQLCipher): the key comes from a file or from the environment.

A target ``sqlite+pysqlcipher:////srv/reprieve/clinic.db`` means such a file. The key never stands in the target, which
is shown in messages and in the list of processes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reprieve.core.errors import SetupError

SCHEME = "sqlite+pysqlcipher"
KEY_FILE, KEY = "REPRIEVE_DB_KEY_FILE", "REPRIEVE_DB_KEY"
SHORTEST_KEY = 20
HEADER = b"SQLite format 3"
_RAW = re.compile(r"[0-9a-fA-F]{64}")


def encrypted_target(file: Path) -> str:
    """Return the target that means `file`, encrypted."""
    return f"{SCHEME}:///{file.expanduser().resolve()}"


def key_is_given() -> bool:
    """Return whether a key of encrypted files is at hand."""
    return bool(os.environ.get(KEY_FILE) or os.environ.get(KEY))


def is_plain(file: Path) -> bool:
    """Return whether `file` is a SQLite file that anybody can read."""
    try:
        with file.open("rb") as handle:
            return handle.read(len(HEADER)) == HEADER
    except OSError:
        return False


def opener(file: Path, driver: Any) -> Callable[[], Any]:
    """Return what opens connections to the encrypted `file`.

    Raises
    ------
    SetupError
        No key is given, it is short, or the file is not encrypted at all.
    """
    if is_plain(file):
        raise SetupError(f"{file} is not encrypted; back it up and restore into a new encrypted file")
    key = _given_key()
    # 64 hexadecimal digits are the key itself; anything else is a passphrase, which is stretched for each connection.
    told = f"\"x'{key}'\"" if _RAW.fullmatch(key) else "'" + key.replace("'", "''") + "'"

    def connect() -> Any:
        connection = driver.connect(str(file), timeout=5, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA key = {told}")
            connection.execute("PRAGMA temp_store = MEMORY")  # nothing of it spills into a plain file
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except driver.DatabaseError as error:
            connection.close()
            if "not a database" in str(error):
                raise SetupError(
                    f"the key does not fit {file}, or it is no encrypted record; nothing was changed, give its own key"
                ) from None
            raise
        return connection

    return connect


def _given_key() -> str:
    named = os.environ.get(KEY_FILE)
    if named:
        file = Path(named).expanduser()
        try:
            mode, key = file.stat().st_mode, file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no text"
            raise SetupError(f"the key in {file} cannot be read ({reason}); check {KEY_FILE}") from None
        if mode & 0o077:
            raise SetupError(f"{file} can be read by others on this machine; run chmod 600 on it")
    else:
        key = os.environ.get(KEY, "").strip()
    if not key:
        raise SetupError(f"an encrypted record needs its key: name its file in {KEY_FILE}, or give it in {KEY}")
    if len(key) < SHORTEST_KEY or not key.isprintable():
        raise SetupError(
            f"the key of an encrypted record has at least {SHORTEST_KEY} printable characters; "
            "64 hexadecimal digits of chance are best"
        )
    return key
