"""Secrets in files: read only when nobody else on the machine can read them."""

from __future__ import annotations

from pathlib import Path

from reprieve.core.errors import SetupError


def read_secret(file: Path) -> str:
    """Return what `file` holds.

    Raises
    ------
    SetupError
        It cannot be read, or others can read it.
    """
    try:
        mode, text = file.stat().st_mode, file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no plain text"
        raise SetupError(f"cannot read {file.name} ({reason}); check the path") from None
    if mode & 0o077:
        raise SetupError(f"{file.name} can be read by others on this machine; run chmod 600 on it")
    return text
