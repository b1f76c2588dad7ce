"""Score a rating scale from its items: exact, by the scale's own rule, or no total with the reason."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reprieve.assess.formula import Range, evaluate, exactly
from reprieve.assess.scale_items import Answer, Answers, read_answers, span
from reprieve.core.dose import exact
from reprieve.core.errors import DocumentError, UnknownNameError
from reprieve.reference.scale_catalogue import Scale

SCORING_VERSION = "1"


@dataclass(frozen=True, slots=True)
class PartScore:
    """A total or a subscale; `value` is None while it is not known, `possible` tells what it could be."""

    id: str
    value: float | None
    possible: tuple[float, float] | None
    minimum: float | None
    maximum: float | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """The score of one scale in one version.

    Attributes
    ----------
    total : float or None
        None when an item is missing and the scale has no rule for it, or when no formula is shipped; `reason` says why.
    possible : (float, float) or None
        What the total could still be, whatever the missing answers are.
    profile : str or None
        For a scale that gives a profile instead of a total.
    checked : bool
        Whether ranges and formula were read in the sources.
    """

    scale: str
    name: str
    version: str
    scoring_version: str
    higher_is: str
    total: float | None
    possible: tuple[float, float] | None
    minimum: float | None
    maximum: float | None
    unit: str | None
    subscales: tuple[PartScore, ...]
    profile: str | None
    missing: tuple[str, ...]
    not_applicable: tuple[str, ...]
    reason: str | None
    checked: bool
    checked_parts: str | None
    conflicts: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Result:
    total: Range | None
    reason: str | None = None
    missing: tuple[str, ...] = ()
    subscales: tuple[PartScore, ...] = ()
    profile: str | None = None


def score_scale(scale: Scale, given: Mapping[str, Answer]) -> ScaleScore:
    """Return the score of `scale` from the answers `given`.

    Nothing is imputed. A missing answer leaves the total unknown unless the scale's own rule says what to do, or unless
    it cannot change the total (the duration of a tremor that is absent).

    Raises
    ------
    UnknownNameError, DocumentError
        If an item is not one of the scale's, or an answer lies outside what it can be.

    Examples
    --------
    >>> from reprieve.reference import scale
    >>> score_scale(scale("JRS"), {"severity": 3, "frequency": 2}).total
    5.0
    """
    if scale.method == "goal_attainment":
        return _report(scale, _goal_attainment(given), ())
    answers = read_answers(scale, given)
    if not scale.complete or scale.formula is None:
        reason = "no total: not all items and no formula of this scale were read in a source"
        return _report(scale, _Result(None, reason, answers.missing), answers.not_applicable)
    if not (answers.numbers or answers.choices or answers.not_applicable):
        return _report(scale, _Result(None, "no total: no item was answered", answers.missing), ())
    methods = {"graded": _graded, "profile": _profile, "arm_dystonia_disability": _arm_disability}
    result = methods.get(scale.method, _expression)(scale, answers)
    return _report(scale, result, answers.not_applicable)


def _report(scale: Scale, result: _Result, not_applicable: tuple[str, ...]) -> ScaleScore:
    total = result.total.point if result.total else None
    return ScaleScore(
        scale=scale.id,
        name=scale.name,
        version=scale.version,
        scoring_version=SCORING_VERSION,
        higher_is=scale.higher_is,
        total=_number(total),
        possible=_pair(result.total),
        minimum=scale.total_minimum,
        maximum=scale.total_maximum,
        unit=scale.total_unit,
        subscales=result.subscales,
        profile=result.profile,
        missing=result.missing,
        not_applicable=not_applicable,
        reason=None if total is not None or result.profile else result.reason or _missing_reason(result.missing),
        checked=scale.checked,
        checked_parts=scale.checked_parts,
        conflicts=scale.conflicts,
        sources=scale.sources,
    )


def _missing_reason(missing: tuple[str, ...]) -> str:
    return f"no total: {len(missing)} item(s) missing ({', '.join(missing)}), and the scale has no rule to replace them"


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _pair(value: Range | None) -> tuple[float, float] | None:
    return None if value is None else (float(value.low), float(value.high))


def _values(scale: Scale, answers: Answers) -> dict[str, Range]:
    values = {item.id: span(item) for item in scale.items if item.scored and not item.choices}
    return values | {name: exactly(number) for name, number in answers.numbers.items()}


def _counted(scale: Scale, answers: Answers) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the items that sums and means run over, and those that are missing among them."""
    scored = [item.id for item in scale.items if item.scored]
    if scale.missing_rule == "mean_of_answered":
        return tuple(name for name in scored if name in answers.numbers), answers.missing
    return tuple(name for name in scored if name not in answers.not_applicable), answers.missing


def _expression(scale: Scale, answers: Answers) -> _Result:
    assert scale.formula is not None
    values = _values(scale, answers)
    counted, missing = _counted(scale, answers)
    if not counted:
        return _Result(None, "no total: no item applies or none was answered", missing)
    parts = []
    for part in scale.subscales:
        value = evaluate(part.formula, values, part.items)
        values[part.id] = value
        absent = tuple(name for name in part.items if name in missing)
        parts.append(PartScore(part.id, _number(value.point), _pair(value), part.minimum, part.maximum, absent))
    total = evaluate(scale.formula, values, counted)
    return _Result(total, missing=missing, subscales=tuple(parts))


def _graded(scale: Scale, answers: Answers) -> _Result:
    (item,) = scale.items
    return _Result(exactly(item.choices.index(answers.choices[item.id])))


def _profile(scale: Scale, answers: Answers) -> _Result:
    if answers.missing:
        return _Result(None, missing=answers.missing)
    digits = "".join(str(int(answers.numbers[item.id])) for item in scale.items if not item.optional)
    return _Result(None, "no total: an index needs the value set of a country, which a site must load", profile=digits)


def _arm_disability(scale: Scale, answers: Answers) -> _Result:
    level = answers.choices.get("limit_level")
    if level is None:
        return _Result(None, missing=answers.missing)
    if level != "limited":
        return _Result(exactly(level))
    activities = [item for item in scale.items if not item.choices]
    values = _values(scale, answers) | {name: exactly(0) for name in answers.not_applicable}
    total = evaluate("90 - 90*sum(items)/21", values, tuple(item.id for item in activities))
    return _Result(total, missing=answers.missing)


def _goal_attainment(given: Mapping[str, Answer]) -> _Result:
    goals: dict[str, dict[str, Decimal]] = {}
    for name, answer in given.items():
        kind, _, number = name.partition("_")
        if kind not in ("x", "w") or not number:
            raise UnknownNameError(f"no item {name!r} of gas; use x_1, w_1, x_2, w_2, ... (one pair a goal)")
        if answer is not None:
            goals.setdefault(number, {})[kind] = _goal_value(name, kind, answer)
    missing = tuple(f"x_{number}" for number, goal in goals.items() if "x" not in goal)
    if missing or not goals:
        return _Result(None, None if missing else "no total: no goal was rated", missing)
    x = [goal["x"] for goal in goals.values()]
    w = [goal.get("w", Decimal(1)) for goal in goals.values()]
    # Turner-Stokes 2009, erratum: rho = 0.3 is the assumed correlation between goals.
    under = Decimal("0.7") * sum(one * one for one in w) + Decimal("0.3") * sum(w) ** 2
    score = 50 + 10 * float(sum(a * b for a, b in zip(w, x, strict=True))) / math.sqrt(under)
    return _Result(exactly(score))


def _goal_value(name: str, kind: str, answer: Answer) -> Decimal:
    value = exact(answer if answer is not None else "", f"gas: {name}")
    low, high = (-2, 2) if kind == "x" else (1, 9)
    if value != value.to_integral_value() or not low <= value <= high:
        raise DocumentError(f"gas: {name} must be a whole number from {low} to {high}, but got {answer}; correct it")
    return value
