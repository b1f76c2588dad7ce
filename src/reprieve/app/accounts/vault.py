"""Secrets that the server has to read back, such as those of second factors: sealed by a key outside the record.

A copy of the record, or a backup, is of no use for making codes: the key lies in a file of its own.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import os
import secrets
from pathlib import Path

from reprieve.core.errors import AccessError, SetupError
from reprieve.store.engine import Database

KEY_FILE = "REPRIEVE_KEY_FILE"
KEY_BYTES = 32
NONCE_BYTES = 12
_MARK = "v1:"


class Vault:
    """Seals and opens short texts by AES-256-GCM, each bound to whose it is.

    Parameters
    ----------
    file : Path
        The key, as hexadecimal digits; made at the first sealing.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._key: bytes | None = None

    def sealed(self, text: str, whose: str) -> str:
        """Return `text` sealed for `whose` (an account as ``clinic/name``)."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(NONCE_BYTES)
        box = nonce + AESGCM(self._own_key(make=True)).encrypt(nonce, text.encode(), whose.encode())
        return _MARK + base64.b64encode(box).decode()

    def opened(self, sealed: str, whose: str) -> str:
        """Return the text again; one that an earlier version stored open is given as it is.

        Raises
        ------
        AccessError
            It was sealed by another key, or for somebody else.
        """
        if not is_sealed(sealed):
            return sealed
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            box = base64.b64decode(sealed.removeprefix(_MARK), validate=True)
            key = self._own_key(make=False)
            return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], whose.encode()).decode()
        except (InvalidTag, ValueError, SetupError):
            raise AccessError(
                "the second factor cannot be checked, because the server's key is missing or is another one; "
                "the administrator puts the key file back, or takes the second factor away"
            ) from None

    def mark(self, text: str, *, make: bool) -> str:
        """Return the 64 signs by which this key knows `text`, such as an answer kept in the record."""
        return hmac.digest(self._own_key(make=make), b"mark:" + text.encode(), "sha256").hex()

    def fits(self, mark: str, text: str) -> bool:
        """Return whether `mark` is this key's for `text`."""
        return hmac.compare_digest(mark.encode(), self.mark(text, make=False).encode())

    def _own_key(self, *, make: bool) -> bytes:
        if self._key is None:
            if make and not self.file.exists():
                _make(self.file)
            self._key = _read(self.file)
        return self._key


def is_sealed(text: str) -> bool:
    """Return whether `text` comes from a vault."""
    return text.startswith(_MARK)


def vault_of(database: Database) -> Vault:
    """Return the vault of this server: the file that REPRIEVE_KEY_FILE names, or one beside a SQLite record."""
    named = os.environ.get(KEY_FILE)
    if named:
        return Vault(Path(named).expanduser())
    if database.path is not None:
        return Vault(database.path.with_name(database.path.name + ".key"))
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Vault(Path(home).expanduser() / "reprieve" / "server.key")


def _make(file: Path) -> None:
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, secrets.token_hex(KEY_BYTES).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        # It appears whole, and never in the place of one that another worker made at the same moment.
        with contextlib.suppress(FileExistsError):
            os.link(part, file)
    except OSError as error:
        raise SetupError(f"the server's key cannot be written to {file} ({error.strerror}); name another") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _read(file: Path) -> bytes:
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except OSError as error:
        raise SetupError(f"the server's key {file} cannot be read ({error.strerror}); put it back") from None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SetupError(f"{file} is no key of {KEY_BYTES} bytes in hexadecimal digits; put the right one back")
    return key
