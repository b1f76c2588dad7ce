"""The hash chain: each event's hash covers the one before it.

::

    body_digest = SHA-256(salt, body)
    hash        = SHA-256(hash of the event before, every column but body and salt)

The content goes in by its salted digest, so that a patient's content can be erased while the chain still holds, and
the digest of an erased name cannot be guessed back.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

GENESIS = "0" * 64
HASHED = (
    "seq", "id", "clinic", "patient", "kind", "at", "by", "replaces", "reason", "program", "reference", "body_digest",
)  # fmt: skip
# Made once: a record of some million events is gone through in one go.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def digest_of_body(salt: str, body: str) -> str:
    """Return the salted digest of a body's text."""
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


def hash_of_row(before: str, row: dict[str, Any]) -> str:
    """Return the hash of a row of `events` whose predecessor has the hash `before`."""
    told = _encode([before, *[row[name] for name in HASHED]])
    return hashlib.sha256(told.encode()).hexdigest()
