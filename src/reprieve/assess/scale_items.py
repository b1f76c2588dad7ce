"""Answers to a scale: checked against the scale before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reprieve.assess.formula import Range
from reprieve.core.dose import exact
from reprieve.core.errors import DocumentError
from reprieve.reference._names import unknown
from reprieve.reference.scale_catalogue import Scale, ScaleItem

NOT_APPLICABLE = "not_applicable"
Answer = Decimal | int | float | str | None


@dataclass(frozen=True, slots=True)
class Answers:
    """The checked answers of one scale.

    `numbers` holds numeric answers, `choices` chosen words, `not_applicable` the items that do not apply and `missing`
    the scored items without an answer that are not optional.
    """

    numbers: dict[str, Fraction]
    choices: dict[str, str]
    not_applicable: tuple[str, ...]
    missing: tuple[str, ...]


def read_answers(scale: Scale, given: Mapping[str, Answer]) -> Answers:
    """Return `given` checked against `scale`.

    Raises
    ------
    UnknownNameError
        If an item is not one of the scale's.
    DocumentError
        If an answer is no number, off the range, off the step or none of the choices.
    """
    items = {item.id: item for item in scale.items}
    for name in given:
        if name not in items:
            raise unknown(f"item of {scale.id}", name, items)
    numbers: dict[str, Fraction] = {}
    choices: dict[str, str] = {}
    off: list[str] = []
    missing: list[str] = []
    for item in scale.items:
        answer = given.get(item.id)
        if answer is None:
            if item.scored and not item.optional:
                missing.append(item.id)
        elif answer == NOT_APPLICABLE:
            off.append(_not_applicable(scale, item))
        elif item.choices:
            choices[item.id] = _choice(scale, item, answer)
        elif item.scored:
            numbers[item.id] = _number(scale, item, answer)
    return Answers(numbers, choices, tuple(off), tuple(missing))


def span(item: ScaleItem) -> Range:
    """Return everything a numeric item could be."""
    assert item.minimum is not None
    assert item.maximum is not None
    return Range(Fraction(repr(item.minimum)), Fraction(repr(item.maximum)))


def _not_applicable(scale: Scale, item: ScaleItem) -> str:
    if not item.not_applicable:
        raise DocumentError(f"{scale.id}: {item.id} always applies; give its value {_allowed(item)} or leave it out")
    return item.id


def _choice(scale: Scale, item: ScaleItem, answer: Answer) -> str:
    word = str(answer)
    if word not in item.choices:
        raise DocumentError(f"{scale.id}: {item.id} must be {_allowed(item)}, but got {answer!r}; correct it")
    return word


def _number(scale: Scale, item: ScaleItem, answer: Answer) -> Fraction:
    if isinstance(answer, bool) or answer is None:
        raise DocumentError(f"{scale.id}: {item.id} must be {_allowed(item)}, but got {answer!r}; correct it")
    value = Fraction(exact(answer, f"{scale.id}: {item.id}"))
    reach = span(item)
    step = Fraction(repr(item.step))
    if not reach.low <= value <= reach.high or (step and (value - reach.low) % step):
        raise DocumentError(f"{scale.id}: {item.id} must be {_allowed(item)}, but got {answer}; correct it")
    return value


def _allowed(item: ScaleItem) -> str:
    if item.choices:
        return "one of " + ", ".join(item.choices)
    steps = f" in steps of {item.step:g}" if item.step else ""
    return f"from {item.minimum:g} to {item.maximum:g}{steps}"
