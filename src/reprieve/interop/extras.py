"""Optional libraries: loaded when a file needs them, and said in one line when they are missing."""

from __future__ import annotations

import importlib
from types import ModuleType

from reprieve.core.errors import SetupError


def need(module: str, what: str, extra: str = "emg") -> ModuleType:
    """Return the optional `module`.

    Raises
    ------
    SetupError
        If it is not installed; names the extra that brings it.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise SetupError(f"{what} needs the library {module.split('.')[0]}; pip install 'reprieve[{extra}]'") from None
