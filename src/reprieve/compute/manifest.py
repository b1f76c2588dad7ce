"""What a run over partitions has made: one receipt for each file, with the hashes of what went in and came out."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reprieve.core.documents import canonical
from reprieve.core.errors import DocumentError

FORMAT = "reprieve.partitions/1"
NAME = "manifest.json"
RECEIPTS = ".receipts"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Receipt:
    """One partition that is done."""

    name: str
    source: str
    source_sha256: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """All of a run. The same data, task and settings give the same bytes, whoever worked and whoever died."""

    task: str
    settings: Mapping[str, Any]
    partitions: tuple[Receipt, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of task and settings: what decides the result beside the data."""
        return hashlib.sha256(canonical({"task": self.task, "settings": self.settings})).hexdigest()

    @property
    def rows(self) -> int:
        """Rows of all partitions."""
        return sum(receipt.rows for receipt in self.partitions)

    def document(self) -> dict[str, Any]:
        """Return the manifest as plain JSON."""
        return {
            "format": FORMAT,
            "task": self.task,
            "settings": dict(self.settings),
            "fingerprint": self.fingerprint,
            "rows": self.rows,
            "partitions": [asdict(receipt) for receipt in self.partitions],
        }


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of `folder`, or None when it has none.

    Raises
    ------
    DocumentError
        If the file is there but is no manifest of this version.
    """
    path = folder / NAME
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise DocumentError(f"{path}: format is {document['format']!r}, but this version reads {FORMAT!r}")
        receipts = tuple(Receipt(**entry) for entry in document["partitions"])
        return Manifest(document["task"], document["settings"], receipts)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError(f"{path} is no manifest ({error}); give another folder") from None


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` so that `path` is old or new, never half, even when the process is killed."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()
