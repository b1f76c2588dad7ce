"""A server of a record of its own, for tests that begin with nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SERVE = [sys.executable, "-m", "reprieve", "serve", "--json"]


@contextmanager
def served(db: str) -> Iterator[dict[str, Any]]:
    """Serve the record `db` on a free port; yields what the command tells."""
    server = subprocess.Popen(
        [*SERVE, "--port", "0", "--db", db], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert server.stdout is not None
        told = ""
        while not told.endswith("\n}\n"):
            line = server.stdout.readline()
            assert line, told
            told += line
        yield json.loads(told)
    finally:
        server.terminate()
        server.wait(timeout=20)
        if server.stdout is not None:
            server.stdout.close()
