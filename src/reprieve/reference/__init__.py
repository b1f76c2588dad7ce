"""Floor 2: reference data. Every row has a source and says whether the number was checked.

Names are handed on lazily: a table is read when its function is first called, not when this package is imported.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reprieve.reference.muscle_catalogue import (
        LabelGroup,
        Muscle,
        label_groups,
        muscle,
        muscles,
        target_members,
    )

_HOME = {
    "LabelGroup": "muscle_catalogue",
    "Muscle": "muscle_catalogue",
    "label_groups": "muscle_catalogue",
    "muscle": "muscle_catalogue",
    "muscles": "muscle_catalogue",
    "target_members": "muscle_catalogue",
}

__all__ = ["LabelGroup", "Muscle", "label_groups", "muscle", "muscles", "target_members"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
