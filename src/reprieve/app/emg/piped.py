"""A recording that comes by standard input, laid down as a file for the time it is read."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from reprieve.core.errors import RecordingError


@contextmanager
def recording_file(told: str) -> Iterator[str]:
    """Give the path of a recording: what was told, or for ``-`` a file that is gone at the end.

    Notes
    -----
    The format is known by what the file is; C3D and text have no name here that would tell them. WFDB, which has two
    files, and a folder cannot come this way.

    Raises
    ------
    RecordingError
        Standard input is closed; or what the reader raises inside, with "standard input" in the place of the file.
    """
    if told != "-":
        yield told
        return
    if sys.stdin is None:
        raise RecordingError("standard input is closed; send the recording there or give a file")
    with TemporaryDirectory(prefix="reprieve-") as folder:
        path = Path(folder) / "recording"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        with path.open("rb") as file:
            path = path.rename(path.with_suffix(_suffix(file.read(512))))
        try:
            yield str(path)
        except RecordingError as error:
            raise RecordingError(str(error).replace(str(path), "standard input")) from None


def _suffix(head: bytes) -> str:
    """The one that a format without a sign of its own is known by: C3D has 0x50 as its second byte, text no zero."""
    if head[1:2] == b"\x50" and b"\0" in head:
        return ".c3d"
    return "" if b"\0" in head else ".csv"
