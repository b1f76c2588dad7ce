"""Did the change matter? Published smallest changes that patients notice, each by its own rule and source."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.core.errors import DocumentError
from reprieve.reference.scale_catalogue import MinimalChange, Scale

# PMID 29530726 (TWSTRS): from -3.2 at a mild to -18.0 at a severe baseline, about -12 between 40 and 45. How the
# threshold runs between these points was not read, so nothing is interpolated.
_TWSTRS_MILDEST, _TWSTRS_SEVEREST = -3.2, -18.0
_TWSTRS_MIDDLE, _TWSTRS_MIDDLE_BASELINE = -12.0, (40.0, 45.0)


@dataclass(frozen=True, slots=True)
class ChangeJudgement:
    """One published threshold applied: `reached` is None where the source does not decide."""

    of: str
    threshold: float | None
    reached: bool | None
    statement: str
    source: str


@dataclass(frozen=True, slots=True)
class ScaleChange:
    """The change of one scale between two ratings; negative change is improvement where higher is worse."""

    scale: str
    version: str
    before: float
    after: float
    change: float
    improved: bool
    judgements: tuple[ChangeJudgement, ...]


def judge_change(scale: Scale, before: float, after: float, *, version_before: str | None = None) -> ScaleChange:
    """Return the change from `before` to `after` with every published threshold of `scale` applied.

    Raises
    ------
    DocumentError
        If a total lies outside the scale's range, or the earlier rating is of another version.
    """
    if version_before is not None and version_before != scale.version:
        raise DocumentError(
            f"{scale.id}: the earlier rating is of version {version_before!r}, this one of {scale.version!r}; "
            "totals of two versions are not compared, rate again with one"
        )
    for total in (before, after):
        _in_range(scale, total)
    change = after - before
    return ScaleChange(
        scale=scale.id,
        version=scale.version,
        before=before,
        after=after,
        change=change,
        improved=change < 0 if scale.higher_is == "worse" else change > 0,
        judgements=tuple(_judge(scale, one, before, change) for one in scale.minimal_changes),
    )


def _in_range(scale: Scale, total: float) -> None:
    low = scale.total_minimum if scale.total_minimum is not None else float("-inf")
    high = scale.total_maximum if scale.total_maximum is not None else float("inf")
    if not low <= total <= high:
        raise DocumentError(
            f"{scale.id}: a total must lie from {low:g} to {high:g}, but got {total:g}; "
            "check the version of the scale, totals of two versions are not compared"
        )


def _judge(scale: Scale, one: MinimalChange, before: float, change: float) -> ChangeJudgement:
    if one.delta is None:
        return _baseline_dependent(one, before, change)
    reached = change <= one.delta if one.delta < 0 else change >= one.delta
    if not one.of.startswith(("total", "mean score")):
        # A threshold on a mean over muscles is not one on a single muscle's grade.
        text = f"a change of {one.delta:g} applies to the {one.of}, not to one rating"
        return ChangeJudgement(one.of, one.delta, None, text, one.source)
    verb = "reached" if reached else "not reached"
    who = f" ({one.population})" if one.population else ""
    return ChangeJudgement(
        one.of, one.delta, reached, f"change {change:+g}, threshold {one.delta:g} {verb}{who}", one.source
    )


def _baseline_dependent(one: MinimalChange, before: float, change: float) -> ChangeJudgement:
    low, high = _TWSTRS_MIDDLE_BASELINE
    if low <= before <= high:
        reached: bool | None = change <= _TWSTRS_MIDDLE
        text = f"change {change:+g}; at a baseline of {low:g} to {high:g} about {_TWSTRS_MIDDLE:g} is needed"
        return ChangeJudgement(one.of, _TWSTRS_MIDDLE, reached, text, one.source)
    reached = True if change <= _TWSTRS_SEVEREST else False if change > _TWSTRS_MILDEST else None
    text = (
        f"change {change:+g} at baseline {before:g}; the threshold runs from {_TWSTRS_MILDEST:g} (mild) to "
        f"{_TWSTRS_SEVEREST:g} (severe), and the source read does not say where between"
    )
    return ChangeJudgement(one.of, None, reached, text, one.source)
