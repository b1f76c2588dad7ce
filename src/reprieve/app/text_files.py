"""Text of files and of standard input, with one clear line for what cannot be read."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from reprieve.core.errors import InputError, ScoresError

Row = dict[str, Any]

# Larger than any chart of a lifetime; a bigger file is not a document of ours.
LARGEST_BYTES = 64 * 1024 * 1024


def read_text(path: str) -> str:
    """Return the text of the file `path`, or of standard input for ``-``; a byte order mark is left out.

    Raises
    ------
    InputError
        It cannot be read, is too large, or is no UTF-8 text.
    """
    where = "standard input" if path == "-" else path
    try:
        data = _standard_input() if path == "-" else _file(path)
    except OSError as error:
        raise InputError(f"cannot read {where}: {error.strerror or error}; check the path") from None
    if path != "-" and len(data) > LARGEST_BYTES:
        raise InputError(
            f"{where} is larger than {LARGEST_BYTES // 2**20} MiB; no document is, check the file (a list of many "
            "documents is read from standard input, -)"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{where} is no UTF-8 text; save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def csv_records(lines: Iterable[str], where: str, check: Callable[[list[str]], None]) -> Iterator[tuple[int, Row]]:
    """Yield (line, row) of a CSV table; names of columns in small letters, looked at by `check` before the first row.

    Raises
    ------
    ScoresError
        A row has more cells than there are columns, or a quote is not closed: it would be read as something else.
    """
    # Strict: a quote that is never closed else takes all further rows into its own cell without a word.
    reader = csv.DictReader(lines, strict=True)
    try:
        columns = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
        check(columns)
        reader.fieldnames = columns
        for row in reader:
            if None in row:
                raise ScoresError(
                    f"{where}, line {reader.line_num}: more cells than the {len(columns)} columns; correct it"
                )
            yield reader.line_num, row
    except csv.Error as error:
        raise ScoresError(
            f"{where}, after line {reader.line_num}: {error}; close every quote, save it as CSV"
        ) from None


def _file(path: str) -> bytes:
    if not path:
        raise InputError("no file is named; give its path, or - for standard input")
    with Path(path).open("rb") as file:
        # One more than fits, so that a device without an end is refused too.
        return file.read(LARGEST_BYTES + 1)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise InputError("standard input is closed; send the document there or give a file")
    buffer = getattr(sys.stdin, "buffer", None)
    return sys.stdin.read().encode() if buffer is None else buffer.read()
