"""Names of muscles for the record: catalogue muscles, label groups and glands; and their plain words."""

from __future__ import annotations

from reprieve.core.errors import UnknownNameError
from reprieve.reference.muscle_catalogue import label_groups, muscle, target_members


def check_muscle(name: str) -> None:
    """Refuse a name that is neither a catalogue muscle nor a label group or gland.

    Raises
    ------
    UnknownNameError
        With near matches.
    """
    target_members(name)


def muscle_words(name: str, side: str | None) -> str:
    """Return a muscle and its side in plain words: ``Splenius capitis, left``."""
    group = label_groups().get(name)
    try:
        told = group.name if group else muscle(name).name
    except UnknownNameError:
        told = name.replace("_", " ")
    told = told[:1].upper() + told[1:]
    return f"{told}, {side}" if side in ("left", "right", "both") else told
