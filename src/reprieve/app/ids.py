"""Ids, and where a write comes from: the one room where they come into the program."""

from __future__ import annotations

import secrets
import time
from functools import cache
from hashlib import sha256
from importlib.resources import files

from reprieve import __version__
from reprieve.store.ledger import Origin


def new_id() -> str:
    """Return a new unique id that sorts roughly by time."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


@cache
def origin() -> Origin:
    """Return the version of the program and the digest of its reference data, for each event."""
    digest = sha256()
    data = files("reprieve.reference") / "data"
    for path in sorted(_paths(data)):
        digest.update(path.encode())
        digest.update(data.joinpath(path).read_bytes())
    return Origin(program=__version__, reference=digest.hexdigest()[:16])


def _paths(folder, prefix: str = "") -> list[str]:  # type: ignore[no-untyped-def]
    found: list[str] = []
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        found += _paths(entry, name + "/") if entry.is_dir() else [name]
    return found
