"""Documents at the edge: JSON text to typed values, with one clear line for whatever does not fit."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, LiteralString, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from reprieve.app.numbers import check_numbers
from reprieve.app.text_files import read_text
from reprieve.core.errors import DocumentError, InputError
from reprieve.core.once import first_twice
from reprieve.record.chart import Chart

T = TypeVar("T")

# How a number, a whole number, a day and a moment may be written as text. The readers below ask for just this, and the
# JSON Schemas say it: the validator alone would read ``1_00``, figures of other scripts and seconds since 1970.
NUMBER = r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
WHOLE = r"\s*[+-]?[0-9]+\s*"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
# A data frame writes its days with a midnight; one with a zone would be another day elsewhere.
DAY = _DAY + r"([T ]00:00:00(\.0+)?)?"
MOMENT = _DAY + r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"


@cache
def adapter(kind: type) -> TypeAdapter[Any]:
    """Return the validator of the document type `kind`; unknown fields are refused, and what could be misread."""
    _make_strict(kind)
    return TypeAdapter(kind)


def _make_strict(kind: Any) -> None:
    # The record's dataclasses know no validator, so the edge marks them; a misspelt field must not pass as "not told".
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        if "__pydantic_config__" in vars(kind):
            return
        kind.__pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)  # type: ignore[attr-defined]
        hints = get_type_hints(kind)
        for field in dataclasses.fields(kind):
            field.type = _strict(hints[field.name])
            _make_strict(hints[field.name])
    for argument in get_args(kind):
        _make_strict(argument)


def _strict(hint: Any) -> Any:
    """Return `hint` with its numbers and dates guarded: validators read ``1_00``, other figures and epoch seconds."""
    guard = _GUARDS.get(hint)
    if guard is not None:
        return Annotated[hint, guard]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is None or origin is Literal:
        return hint
    strict = tuple(_strict(argument) if argument is not Ellipsis else argument for argument in arguments)
    if strict == arguments:
        return hint
    return Union[strict] if origin in (Union, UnionType) else origin[strict]  # noqa: UP007  of a tuple made here


def _written(pattern: str, kind: LiteralString, message: LiteralString, *, text_only: bool = False) -> BeforeValidator:
    """Return the guard of one type: a text of it is written like `pattern`; true and false are no number."""

    def check(value: Any) -> Any:
        number = isinstance(value, int | float)
        misread = text_only if number else isinstance(value, str) and not re.fullmatch(pattern, value)
        if isinstance(value, bool) or misread:
            raise PydanticCustomError(kind, message)
        return value

    return BeforeValidator(check)


def _flag(value: Any) -> Any:
    if not isinstance(value, bool | None):
        raise PydanticCustomError("flag_written", "input should be true or false")
    return value


_GUARDS = {
    Decimal: _written(NUMBER, "number_written", 'input should be written in plain figures, such as "62.5"'),
    float: _written(NUMBER, "number_written", 'input should be written in plain figures, such as "62.5"'),
    int: _written(WHOLE, "count_written", "input should be a whole number"),
    bool: BeforeValidator(_flag),
    date: _written(DAY, "day_written", "input should be a date written as YYYY-MM-DD", text_only=True),
    datetime: _written(MOMENT, "day_written", "input should be a date written as YYYY-MM-DD", text_only=True),
}


def parse(kind: type[T], text: str | bytes, where: str = "document") -> T:
    """Return the JSON in `text` as a value of `kind`.

    Raises
    ------
    DocumentError
        One line: where, which field, the value, what is allowed.
    """
    try:
        found = adapter(kind).validate_json(text)
    except ValidationError as error:
        raise DocumentError(_one_line(error, where)) from None
    read_json(text, where)
    return found


def read_json(text: str | bytes, where: str, **how: Any) -> Any:
    """Return the JSON in `text` as plain Python values; `how` is passed on to `json.loads`.

    Raises
    ------
    DocumentError
        It is no JSON, tells a field twice, is nested too deeply or holds a number beyond any figure.
    """
    try:
        return json.loads(text, object_pairs_hook=each_once(where), **how)
    except json.JSONDecodeError as error:
        raise DocumentError(f"{where} is no JSON ({error.msg}, line {error.lineno}); correct it") from None
    except RecursionError:
        raise DocumentError(f"{where} is nested too deeply for a document; check the file") from None
    except ValueError as error:
        if isinstance(error, DocumentError):
            raise
        # Python reads no whole number of more than 4300 digits.
        raise DocumentError(f"{where} holds a number beyond any figure of a record; correct it") from None


def each_once(where: str) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    """Return a hook for `json.loads` that refuses a field told twice: readers differ in which of two they take.

    Raises
    ------
    DocumentError
        From the hook: where, and which field.
    """

    def pairs_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        told = dict(pairs)
        if len(told) < len(pairs):
            twice = first_twice(name for name, _ in pairs) or ""
            raise DocumentError(f"{where}: {twice[:60]} is told twice in one place; leave one of them out")
        return told

    return pairs_once


def load(kind: type[T], path: str) -> T:
    """Return the document of `kind` in the file `path` (``-`` is standard input)."""
    where = "standard input" if path == "-" else path
    found = parse(kind, read_text(path), where)
    if isinstance(found, Chart):  # a plan's own numbers are looked at by its rules
        try:
            check_numbers(found)
        except InputError as error:
            raise DocumentError(f"{where}: {error}") from None
    return found


def _one_line(error: ValidationError, where: str) -> str:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "the document"
    value = first.get("input")
    shown = json.dumps(value, default=str)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    more = error.error_count() - 1
    tail = f" (and {more} more)" if more else ""
    if first["type"] == "missing":
        return f"{where}: {field} is missing; add it{tail}"
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{where}: {field} is not a field of this document; remove it or correct its name{tail}"
    reason = first["msg"]
    return f"{where}: {field} = {shown} does not fit: {reason[0].lower()}{reason[1:]}; correct it{tail}"
