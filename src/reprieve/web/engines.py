"""The engines behind the screens, asked for only when a screen needs them."""

from __future__ import annotations

import importlib
from typing import Any

from reprieve.web.errors import NotReadyError


def engine(module: str, name: str) -> Any:
    """Return the use case `name` of ``reprieve.app.<module>``.

    Raises
    ------
    NotReadyError
        This build has no such part; the answer is one clear line, not a failure.
    """
    path = f"reprieve.app.{module}"
    try:
        found = importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        raise NotReadyError(f"this build has no {module} engine yet; nothing was computed") from None
    return getattr(found, name)
