"""Read tables of text that came from elsewhere: bounded, and each fault with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from reprieve.core.errors import DocumentError, InputError
from reprieve.core.once import first_twice

LARGEST_TABLE = 256 * 1024 * 1024
LONGEST_CELL = 20_000
MOST_COLUMNS = 500
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def read_table(path: Path, *, delimiter: str = ",") -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and row of a CSV file; column names are stripped, cells stay as they are.

    Raises
    ------
    InputError
        The file cannot be read.
    DocumentError
        A row does not fit its header, or a cell is no text of a table.
    """
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if columns is None:
                columns = _columns(row, path.name)
                continue
            if len(row) != len(columns):
                raise DocumentError(
                    f"{path.name}, line {reader.line_num}: {len(row)} cells under {len(columns)} columns; correct it"
                )
            yield reader.line_num, dict(zip(columns, row, strict=True))
    except csv.Error as error:
        raise DocumentError(f"{path.name}, line {reader.line_num}: {error}; give a CSV table") from None
    if columns is None:
        raise DocumentError(f"{path.name} is empty; give a table with a header")


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_TABLE:
            raise InputError(f"{path.name} is larger than {LARGEST_TABLE // 2**20} MiB; split it")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror or error}); check the path") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is no UTF-8 text; save it as UTF-8") from None
    if "\x00" in text:
        raise DocumentError(f"{path.name} holds a null character; give a CSV table")
    return text


def _columns(row: list[str], where: str) -> list[str]:
    columns = [cell.strip() for cell in row]
    if len(columns) > MOST_COLUMNS:
        raise DocumentError(f"{where} has {len(columns)} columns; a table takes up to {MOST_COLUMNS}")
    twice = first_twice(columns)
    if twice is not None:
        raise DocumentError(f"{where}: the column {twice[:40]!r} stands twice; rename one")
    return columns


def without_guard(cell: str) -> str:
    """Return `cell` without the sign that keeps a spreadsheet from running it as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in (*FORMULA_SIGNS, "'") else cell


def guarded(text: str) -> str:
    """Return `text` so that a spreadsheet does not run it; a negative number is no formula."""
    if text[:1] not in FORMULA_SIGNS or (text[:1] == "-" and _number(text)):
        # What begins like a guarded text is guarded too, so that reading gives it back.
        return "'" + text if text[:1] == "'" and text[1:2] in (*FORMULA_SIGNS, "'") else text
    return "'" + text


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
