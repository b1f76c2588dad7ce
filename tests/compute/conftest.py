"""The tasks of these tests, importable by their workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> Any:
    # Workers import the tasks by name, so the folder has to be on the path that they inherit.
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import loopback_tasks  # pyright: ignore[reportMissingImports]

    return loopback_tasks
