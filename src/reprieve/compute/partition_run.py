"""Run a task over partitions: a file in, a file out, and what is done stays done.

No state is kept in any engine. A partition becomes a file under its final name only when it is complete; its receipt
says which bytes went in and which came out. After any crash, the coordinator's included, the answer is "run again":
partitions whose receipt still holds are skipped.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from reprieve.compute.executor import Executor, Progress
from reprieve.compute.manifest import (
    NAME,
    RECEIPTS,
    Manifest,
    Receipt,
    read_manifest,
    sha256_of,
    write_atomically,
)
from reprieve.core.documents import as_json, canonical
from reprieve.core.errors import InputError, SetupError
from reprieve.core.once import first_twice


class PartitionTask(Protocol):
    """What is done to each partition: importable by name, picklable, the same bytes each time."""

    @property
    def name(self) -> str:
        """Name and version of the task."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """Return all that decides the result beside the data, as plain JSON."""
        ...

    def __call__(self, source: Path) -> tuple[bytes, int]:
        """Return the content of the output file for `source`, and its number of rows."""
        ...


@dataclass(frozen=True, slots=True)
class _Piece:
    """One partition to do: where from, where to, and the receipt that may make it needless."""

    name: str
    source: str
    target: str
    known: Receipt | None


@dataclass(frozen=True, slots=True)
class _Work:
    """The function that a worker runs; everything it needs is in it and in the piece."""

    task: PartitionTask
    fingerprint: str

    def __call__(self, piece: _Piece) -> Receipt:
        source, target = Path(piece.source), Path(piece.target)
        source_sha256 = sha256_of(source)
        known = piece.known
        if known and known.source_sha256 == source_sha256 and target.is_file() and sha256_of(target) == known.sha256:
            return known
        content, rows = self.task(source)
        write_atomically(target, content)
        receipt = Receipt(piece.name, source.name, source_sha256, sha256_of(target), rows)
        write_atomically(
            target.parent / RECEIPTS / f"{piece.name}.json",
            canonical({"fingerprint": self.fingerprint, "receipt": asdict(receipt)}),
        )
        return receipt


def run_partitions(
    task: PartitionTask,
    sources: Sequence[Path],
    folder: Path,
    executor: Executor,
    *,
    suffix: str = ".parquet",
    progress: Progress | None = None,
) -> Manifest:
    """Run `task` over the files `sources` and return the manifest of what is in `folder` now.

    Parameters
    ----------
    task : PartitionTask
    sources : sequence of Path
        Files with different names; on a cluster in a folder that all machines see.
    folder : Path
        New, or the folder of an earlier run of the same task with the same settings.
    executor : Executor
        Entered already.
    suffix : str
        Of the files written.
    progress : callable, optional
        Called with (done, all) after each partition.

    Raises
    ------
    InputError
        If two sources have one name, or `folder` holds something else.
    SetupError
        If `folder` cannot be written.
    """
    if not sources:
        raise InputError("there is no partition to work on; give a folder with files")
    names = [source.stem + suffix for source in sources]
    twice = first_twice(names)
    if twice is not None:
        raise InputError(f"two partitions would both be written to {twice}; give each file its own name")
    settings = as_json(dict(task.settings()))
    fingerprint = Manifest(task.name, settings, ()).fingerprint
    try:
        known = _known(folder, fingerprint)
        (folder / RECEIPTS).mkdir(parents=True, exist_ok=True)
        pieces = [
            _Piece(name, str(source.resolve()), str((folder / name).resolve()), known.get(name))
            for name, source in zip(names, sources, strict=True)
        ]
        done: dict[int, Receipt] = {}
        for index, receipt in executor.run(_Work(task, fingerprint), pieces):
            done[index] = receipt
            if progress:
                progress(len(done), len(pieces))
        manifest = Manifest(task.name, settings, tuple(done[index] for index in range(len(pieces))))
        _finish(folder, manifest, stale=set(known) - set(names))
    except OSError as error:
        if isinstance(error, SetupError):
            raise
        raise SetupError(f"cannot work in {folder} ({error.strerror or error}); check space and permissions") from None
    return manifest


def _known(folder: Path, fingerprint: str) -> dict[str, Receipt]:
    """Return the receipts of earlier runs into `folder`; refuse a folder that is not of this run."""
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise InputError(f"{folder} is a file; give a folder")
    manifest = read_manifest(folder)
    if manifest is None and not (folder / RECEIPTS).is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder} holds other files; give a new or empty folder")
    if manifest is not None and manifest.fingerprint != fingerprint:
        raise InputError(
            f"{folder} holds the result of another task or of other settings ({manifest.task}); give a new folder"
        )
    known = {receipt.name: receipt for receipt in manifest.partitions} if manifest else {}
    for path in sorted((folder / RECEIPTS).glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["fingerprint"] != fingerprint:
            raise InputError(f"{folder} holds an unfinished run with other settings; give a new folder")
        receipt = Receipt(**document["receipt"])
        known[receipt.name] = receipt
    return known


def _finish(folder: Path, manifest: Manifest, *, stale: set[str]) -> None:
    text = json.dumps(manifest.document(), indent=1, ensure_ascii=False) + "\n"
    write_atomically(folder / NAME, text.encode())
    for name in stale:
        (folder / name).unlink(missing_ok=True)
    for path in folder.glob(".*.tmp"):
        path.unlink(missing_ok=True)
    # Moved away first: a worker that outlived a killed coordinator may still be writing its receipt by the old path.
    done = folder / f"{RECEIPTS}.done"
    shutil.rmtree(done, ignore_errors=True)
    (folder / RECEIPTS).rename(done)
    shutil.rmtree(done)
