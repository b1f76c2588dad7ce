"""Arithmetic of rating scales: exact, over ranges, and nothing but arithmetic.

A formula is read by Python's own parser and then walked; only numbers, names, + - * / ( ), ``sum(items)`` and
``mean(items)`` are understood. Every value is a range of fractions: an answered item is a range of one point, a missing
one spans what it could be, so one walk gives both the total and what it could still become.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from reprieve.core.errors import ReferenceDataError


@dataclass(frozen=True, slots=True)
class Range:
    """All values from `low` to `high`."""

    low: Fraction
    high: Fraction

    @property
    def point(self) -> Fraction | None:
        """The value, if it is only one."""
        return self.low if self.low == self.high else None


def exactly(value: Fraction | float | int | str) -> Range:
    """Return the range of one value; a float is read by its shortest decimal form."""
    number = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    return Range(number, number)


def _product(a: Range, b: Range) -> Range:
    corners = (a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high)
    return Range(min(corners), max(corners))


def _quotient(a: Range, b: Range) -> Range:
    if b.point is None or b.point == 0:
        raise ReferenceDataError("a formula divides by something that is no fixed number; correct it")
    return _product(a, Range(1 / b.low, 1 / b.low))


_OPERATORS: dict[type[ast.operator], Callable[[Range, Range], Range]] = {
    ast.Add: lambda a, b: Range(a.low + b.low, a.high + b.high),
    ast.Sub: lambda a, b: Range(a.low - b.high, a.high - b.low),
    ast.Mult: _product,
    ast.Div: _quotient,
}


def evaluate(formula: str, values: Mapping[str, Range], items: tuple[str, ...]) -> Range:
    """Return the range of `formula`.

    Parameters
    ----------
    formula : str
        For example ``(rotation + tilt)*duration + shoulder``. Each name should stand once: then the range is exact.
    values : mapping of str to Range
        Items and subscales by id.
    items : tuple of str
        What ``sum(items)`` and ``mean(items)`` run over; no items have no mean.

    Raises
    ------
    ReferenceDataError
        If the formula holds anything but arithmetic over known names.

    Examples
    --------
    >>> evaluate("2*a + b", {"a": exactly(2), "b": Range(Fraction(0), Fraction(4))}, ())
    Range(low=Fraction(4, 1), high=Fraction(8, 1))
    """
    return _walk(ast.parse(formula, mode="eval").body, formula, values, items)


def _walk(node: ast.expr, formula: str, values: Mapping[str, Range], items: tuple[str, ...]) -> Range:
    match node:
        case ast.Constant(value=int() | float() as number):
            return exactly(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            pair = (_walk(left, formula, values, items), _walk(right, formula, values, items))
            return _OPERATORS[type(op)](*pair)
        case ast.Call(func=ast.Name(id="sum" | "mean" as verb), args=[ast.Name(id="items")]) if items:
            low = sum((values[name].low for name in items), Fraction(0))
            high = sum((values[name].high for name in items), Fraction(0))
            share = len(items) if verb == "mean" else 1
            return Range(low / share, high / share)
    raise ReferenceDataError(f"formula {formula!r}: {ast.unparse(node)!r} is not understood; correct the scale")
