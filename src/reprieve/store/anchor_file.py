"""The witness beside a SQLite store: a text file of heads, out of reach of SQL.

It is written after each commit, so it never runs ahead of the store; a store that ends before its witness was cut.
"""

from __future__ import annotations

import os
from pathlib import Path


def witness_path(store: Path) -> Path:
    """Return where the witness of the store file lies."""
    return store.with_name(store.name + ".heads")


def note_head(store: Path, seq: int, head: str) -> None:
    """Append one head. A witness that cannot be written must not stop the clinic, the store itself is safe."""
    try:
        handle = os.open(witness_path(store), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, f"{seq} {head}\n".encode())
        finally:
            os.close(handle)
    except OSError:
        return


def heads(store: Path) -> list[tuple[int, str]]:
    """Return the heads the witness saw; an unfinished last line is left out."""
    try:
        text = witness_path(store).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return []
    found: list[tuple[int, str]] = []
    for line in text.split("\n")[:-1]:
        number, _, head = line.partition(" ")
        if number.isdigit() and len(head) == 64:
            found.append((int(number), head))
    return found
