"""Sides: from a posture's direction to the patient's left and right."""

from __future__ import annotations

from reprieve.reference.muscle_catalogue import muscle
from reprieve.reference.posture_table import PostureCandidate

OTHER = {"left": "right", "right": "left"}


def sides_of(name: str, side: str | None) -> tuple[str, ...]:
    """Return the sides of the muscle `name` that a recorded `side` means.

    ``both`` and an unpaired muscle have one reading each. None and ``midline`` do not tell the side of a paired muscle,
    so nothing is returned for them: a side is asked for, never assumed.
    """
    own = muscle(name).sides
    if own == ("midline",):
        return own
    if side == "both":
        return own
    return (side,) if side in own else ()


def candidate_sides(candidate: PostureCandidate, direction: str | None) -> tuple[str, ...]:
    """Return the patient's sides of `candidate` for a posture whose side is `direction`.

    Parameters
    ----------
    candidate : PostureCandidate
        Its side is relative: ipsilateral, contralateral, affected or bilateral.
    direction : str or None
        ``left`` or ``right``; ``both`` for a posture that goes both ways.

    Returns
    -------
    tuple of str
        Empty when the side is needed and not known.
    """
    own = muscle(candidate.muscle).sides
    if candidate.side == "bilateral" or own == ("midline",) or direction == "both":
        return own
    if direction not in OTHER:
        return ()
    return (OTHER[direction],) if candidate.side == "contralateral" else (direction,)
