"""Text of files and of standard input, with one clear line for what cannot be read."""

from __future__ import annotations

import sys
from pathlib import Path

from reprieve.core.errors import InputError

# Larger than any chart of a lifetime; a bigger file is not a document of ours.
LARGEST_BYTES = 64 * 1024 * 1024


def read_text(path: str) -> str:
    """Return the text of the file `path`, or of standard input for ``-``."""
    if path == "-":
        return sys.stdin.read()
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise InputError(f"{path} is larger than {LARGEST_BYTES // 2**20} MiB; no document is, check the file")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; check the path") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no UTF-8 text; give a JSON document") from None
