"""Write the research set as files: one CSV or Parquet file for each table, the dictionary, a manifest."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reprieve import __version__
from reprieve.app.ids import origin
from reprieve.app.research.research_set import Disguise, research_tables
from reprieve.app.research.tables import TABLES, VERSION, column_types, dictionary
from reprieve.app.transfer.new_files import write_new_folder
from reprieve.app.transfer.tables import guarded
from reprieve.core.documents import as_json
from reprieve.core.errors import InputError, SetupError
from reprieve.record.chart import Chart

KEY_BYTES = 32
# Digits in all and after the point: more than any dose or score has.
DECIMAL_DIGITS = (38, 12)


@dataclass(frozen=True, slots=True)
class ResearchSet:
    """What was written: rows of each table and the SHA-256 of each file."""

    folder: str
    format: str
    rows: dict[str, int]
    files: dict[str, str]


def write_research_set(
    charts: Iterable[Chart], folder: Path, *, kind: str = "csv", key_file: Path | None = None
) -> ResearchSet:
    """Write the de-identified set into the new or empty `folder`.

    Parameters
    ----------
    kind : {"csv", "parquet"}
    key_file : Path, optional
        Holds the secret key; made when it is not there. With the same key the next set has the same pseudonyms, so
        whoever holds the file can link sets. Without it the key is thrown away.

    Raises
    ------
    InputError
        The folder holds files, or the key file is no key.
    SetupError
        Parquet was asked for and its library is missing.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not an empty folder; nothing was written, give a new one")
    writer = _parquet if kind == "parquet" else _csv
    tables = research_tables(charts, Disguise(_key(key_file)))
    contents = {f"{name}.{kind}": writer(name, rows) for name, rows in tables.items()}
    contents["dictionary.csv"] = _text(list(dictionary()[0]), [list(row.values()) for row in dictionary()])
    counts = {name: len(rows) for name, rows in tables.items()}
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in contents.items()}
    manifest = {
        "set": "reprieve research set",
        "version": VERSION,
        "program": __version__,
        "reference": origin().reference,
        "rows": counts,
        "files": digests,
        "de_identified": "names, birth dates, notes, places, raters, lots and free texts left out; dates shifted by "
        "1 to 52 whole weeks back, another shift for each patient; ages above 89 told as 89; pseudonyms by keyed hash",
        "units": "units of two products are not interchangeable; never pool them",
    }
    contents["manifest.json"] = (json.dumps(manifest, indent=2) + "\n").encode()
    write_new_folder(folder, contents)
    return ResearchSet(str(folder), kind, counts, digests)


def _key(file: Path | None) -> bytes:
    if file is None:
        return secrets.token_bytes(KEY_BYTES)
    try:
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(KEY_BYTES) + "\n", encoding="ascii")
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise InputError(f"{file} is no key file; give a file that this command made, or a new name") from None
    if len(key) != KEY_BYTES:
        raise InputError(f"{file} is no key file; give a file that this command made, or a new name")
    return key


def _csv(name: str, rows: list[Any]) -> bytes:
    columns = [field.name for field in dataclasses.fields(TABLES[name])]
    return _text(columns, [[_cell(getattr(row, column)) for column in columns] for row in rows])


def _cell(value: Any) -> str:
    told = as_json(value)
    return "" if told is None else guarded(str(told))


def _text(columns: list[str], rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


def _parquet(name: str, rows: list[Any]) -> bytes:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise SetupError("Parquet needs pyarrow; install reprieve[frames], or take --format csv") from None
    # By the types and not by the values: an empty column has the same type in every set.
    kinds = {
        str: pyarrow.string(),
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        bool: pyarrow.bool_(),
        Decimal: pyarrow.decimal128(*DECIMAL_DIGITS),
        date: pyarrow.date32(),
    }
    types = column_types(TABLES[name])
    schema = pyarrow.schema([(column, kinds[kind], empty) for column, (kind, empty) in types.items()])
    data = {column: [getattr(row, column) for row in rows] for column in types}
    sink = io.BytesIO()
    try:
        pyarrow.parquet.write_table(pyarrow.table(data, schema=schema), sink)
    except pyarrow.ArrowInvalid as error:
        raise InputError(f"table {name} holds a number that Parquet cannot keep exactly ({error}); take csv") from None
    return sink.getvalue()
