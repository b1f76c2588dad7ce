"""Use cases of rating scales: score one, and judge a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reprieve.assess.scale_change import ScaleChange, judge_change
from reprieve.assess.scale_items import Answer
from reprieve.assess.scale_score import ScaleScore, score_scale
from reprieve.core.errors import UnknownNameError
from reprieve.reference.scale_catalogue import scale

# They rate a change already; before and after cannot be compared on them.
CHANGE_SCALES = frozenset({"pgic", "cgi_i", "gas"})


@dataclass(frozen=True, slots=True)
class ScaleAnswer:
    """A score, and the change since an earlier one if it was given."""

    score: ScaleScore
    change: ScaleChange | None = None


def score(name: str, items: Mapping[str, Answer], *, before: float | None = None) -> ScaleAnswer:
    """Return the score of the scale `name` from `items`, and the change since the total `before`.

    Raises
    ------
    UnknownNameError, DocumentError
        If the scale or an item is unknown, or a value lies outside what it can be.
    """
    instrument = scale(name)
    result = score_scale(instrument, items)
    if before is None or result.total is None:
        return ScaleAnswer(result)
    return ScaleAnswer(result, judge_change(instrument, before, result.total))


def higher_is_worse(name: str) -> bool | None:
    """Return whether higher is worse on the scale `name`; None for one of change, or not in the catalogue."""
    if name in CHANGE_SCALES:
        return None
    try:
        return scale(name).higher_is == "worse"
    except UnknownNameError:
        return None
