"""Floor 2: reference data. Every row has a source and says whether the number was checked.

Names are handed on lazily: a table is read when its function is first called, not when this package is imported.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reprieve.reference.body_map import BodyRegion, MuscleMenu, body_regions, drawing, drawings, muscle_menus
    from reprieve.reference.muscle_catalogue import (
        LabelGroup,
        Muscle,
        label_groups,
        muscle,
        muscles,
        target_members,
    )
    from reprieve.reference.posture_table import Posture, PostureCandidate, posture, postures
    from reprieve.reference.scale_catalogue import Scale, ScaleItem, scale, scales
    from reprieve.reference.source_list import AnatomySource, anatomy_source, anatomy_sources, source_ref

__all__ = [
    "AnatomySource",
    "BodyRegion",
    "LabelGroup",
    "Muscle",
    "MuscleMenu",
    "Posture",
    "PostureCandidate",
    "Scale",
    "ScaleItem",
    "anatomy_source",
    "anatomy_sources",
    "body_regions",
    "drawing",
    "drawings",
    "label_groups",
    "muscle",
    "muscle_menus",
    "muscles",
    "posture",
    "postures",
    "scale",
    "scales",
    "source_ref",
    "target_members",
]

_HOME = {
    "body_map": ("BodyRegion", "MuscleMenu", "body_regions", "drawing", "drawings", "muscle_menus"),
    "muscle_catalogue": ("LabelGroup", "Muscle", "label_groups", "muscle", "muscles", "target_members"),
    "posture_table": ("Posture", "PostureCandidate", "posture", "postures"),
    "scale_catalogue": ("Scale", "ScaleItem", "scale", "scales"),
    "source_list": ("AnatomySource", "anatomy_source", "anatomy_sources", "source_ref"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
