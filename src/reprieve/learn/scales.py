"""The scales that the response model knows, with their ranges."""

from __future__ import annotations

from collections.abc import Sequence

from reprieve.learn.population import UNNAMED, ScaleEntry

DIARY = "diary"
# TWSTRS: 0-85 as usually scored; the US label of rimabotulinumtoxinB counts to 87, so up to 87 is accepted.
RANGES: dict[str, tuple[float, float]] = {
    "TWSTRS": (0.0, 87.0),
    "TWSTRS_severity": (0.0, 35.0),
    "Tsui": (0.0, 25.0),
    "BFMDRS": (0.0, 120.0),
    DIARY: (0.0, 10.0),
}
_NAMES = {name.casefold(): name for name in RANGES} | {"twstrs_total": "TWSTRS", "twstrs total": "TWSTRS"}


def scale_name(name: str) -> str:
    """Return the model's name of a scale; an unlisted one keeps its own."""
    return _NAMES.get(name.casefold(), name)


def entry_of_scale(name: str, scores: Sequence[float]) -> ScaleEntry:
    """Return the entry of a scale whose scores before treatment are `scores`."""
    low, high = RANGES.get(name, (None, None))
    reference = sum(scores) / len(scores)
    if not reference > 0:
        reference = max((abs(score) for score in scores), default=1.0) or 1.0
    text = "any range" if name == UNNAMED or low is None else "range of the scale"
    return ScaleEntry(low, high, round(reference, 4), origin=f"{text}; reference: mean before the first injection")
