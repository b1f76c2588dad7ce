"""Bulk Data: a folder with one NDJSON file for each resource type, and the manifest of the export."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TextIO

from reprieve.core.errors import DocumentError, InputError, ReprieveError, SetupError
from reprieve.interop.fhir.elements import Json
from reprieve.interop.fhir.json_text import read_json, write_json
from reprieve.interop.fhir.reader import Incoming

MANIFEST = "manifest.json"
LARGEST_FILE = 2 * 1024**3
LONGEST_LINE = 64 * 1024**2


def write_folder(resources: Iterable[Json], folder: Path, at: datetime) -> dict[str, int]:
    """Write `resources` into the new or empty `folder` and return how many of each type.

    Raises
    ------
    InputError
        The folder holds files.
    SetupError
        It cannot be written; what was written before is removed.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not an empty folder; nothing was written, give a new one")
    counts: dict[str, int] = {}
    made = [folder / MANIFEST]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            files: dict[str, TextIO] = {}
            for resource in resources:
                kind = resource["resourceType"]
                if kind not in files:
                    made.append(folder / f"{kind}.ndjson")
                    files[kind] = stack.enter_context(made[-1].open("w", encoding="utf-8", newline="\n"))
                files[kind].write(write_json(resource) + "\n")
                counts[kind] = counts.get(kind, 0) + 1
        # The manifest last: a folder without one is an export that did not end.
        (folder / MANIFEST).write_text(_manifest(counts, at), encoding="utf-8")
    except BaseException as error:
        for file in made:
            file.unlink(missing_ok=True)
        # Our own errors come from whoever gives the resources; SetupError is an OSError too.
        if isinstance(error, OSError) and not isinstance(error, ReprieveError):
            reason = error.strerror or error
            raise SetupError(f"cannot write into {folder} ({reason}); check space and rights") from None
        raise
    return counts


def _manifest(counts: dict[str, int], at: datetime) -> str:
    output = [{"type": kind, "url": f"{kind}.ndjson", "count": count} for kind, count in sorted(counts.items())]
    told = {
        "transactionTime": at.isoformat(timespec="seconds"),
        "request": "reprieve fhir export",
        "requiresAccessToken": False,
        "output": output,
        "error": [],
    }
    return json.dumps(told, indent=2) + "\n"


def read_folder(folder: Path) -> list[Incoming]:
    """Return the resources of all NDJSON files in `folder`.

    Raises
    ------
    DocumentError
        A line is no resource, or a file of the manifest is missing or has another number of lines.
    """
    files = sorted(folder.glob("*.ndjson"))
    if not files:
        raise InputError(f"{folder} holds no .ndjson file; give the folder of a Bulk Data export")
    found: list[Incoming] = []
    counts: dict[str, int] = {}
    for file in files:
        told = read_ndjson(_text(file), file.name)
        counts[file.name] = len(told)
        found += told
    _check_manifest(folder, counts)
    return found


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise InputError(f"{file.name} is larger than {LARGEST_FILE // 2**30} GiB; split it")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {file} ({error.strerror or error}); check the path") from None
    except UnicodeDecodeError:
        raise InputError(f"{file.name} is no UTF-8 text; give NDJSON") from None


def read_ndjson(text: str, where: str) -> list[Incoming]:
    """Return the resources in `text`, one a line."""
    found: list[Incoming] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(line) > LONGEST_LINE:
            raise DocumentError(f"{where}, line {number} is longer than {LONGEST_LINE // 2**20} MiB; no resource is")
        value = read_json(line, f"{where}, line {number}")
        if not isinstance(value, dict):
            raise DocumentError(f"{where}, line {number} is no resource; give one JSON object a line")
        found.append(Incoming(value))
    return found


def _check_manifest(folder: Path, counts: dict[str, int]) -> None:
    if not (folder / MANIFEST).is_file():
        return
    manifest = read_json(_text(folder / MANIFEST), MANIFEST)
    output = manifest.get("output") if isinstance(manifest, dict) else None
    for entry in output if isinstance(output, list) else ():
        name, count = (entry.get("url"), entry.get("count")) if isinstance(entry, dict) else (None, None)
        name = str(name).rsplit("/", 1)[-1]
        if isinstance(count, int) and counts.get(name) != count:
            raise DocumentError(
                f"{folder.name}: the manifest tells {count} resources in {name}, but {counts.get(name, 0)} are there; "
                "the export is not whole, make it again"
            )
