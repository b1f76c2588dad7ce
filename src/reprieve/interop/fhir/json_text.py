"""JSON with exact decimals: ``2.50`` stays ``2.50`` both ways, and what cannot be exact is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, NoReturn

from reprieve.core.errors import DocumentError
from reprieve.core.once import first_twice

LONGEST_NUMBER = 60
# 1e999999 is five letters and a million digits; no measured figure is beyond these.
LARGEST_EXPONENT = 40
DEEPEST = 60


def read_json(text: str, where: str) -> Any:
    """Return the JSON in `text`, decimals as `Decimal`.

    Raises
    ------
    DocumentError
        No JSON, a name twice in one object, NaN, an absurd number, text that is no Unicode, or nested too deeply.
    """

    def number(literal: str) -> Decimal:
        value = Decimal(literal)
        if len(literal) > LONGEST_NUMBER or abs(value.adjusted()) > LARGEST_EXPONENT:
            raise DocumentError(f"{where}: the number {literal[:20]}... is beyond any figure of a record; correct it")
        return value

    def whole(literal: str) -> int:
        if len(literal) > LONGEST_NUMBER:
            raise DocumentError(f"{where}: the number {literal[:20]}... is beyond any figure of a record; correct it")
        return int(literal)

    def no_number(literal: str) -> NoReturn:
        raise DocumentError(f"{where}: {literal} is no number in FHIR; leave the value out")

    def pairs(entries: list[tuple[str, Any]]) -> dict[str, Any]:
        told = dict(entries)
        if len(told) < len(entries):
            twice = first_twice(name for name, _ in entries) or ""
            raise DocumentError(f"{where}: {twice[:40]!r} stands twice in one object; keep one")
        return told

    try:
        value = json.loads(text, parse_float=number, parse_int=whole, parse_constant=no_number, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        raise DocumentError(f"{where} is no JSON ({error.msg}, line {error.lineno}); give FHIR JSON") from None
    except RecursionError:
        raise DocumentError(f"{where} is nested too deeply for FHIR; check the file") from None
    _check(value, where, 0)
    return value


def _check(value: Any, where: str, depth: int) -> None:
    if depth > DEEPEST:
        raise DocumentError(f"{where} is nested too deeply for FHIR; check the file")
    if isinstance(value, dict):
        for key, entry in value.items():
            _check(key, where, depth + 1)
            _check(entry, where, depth + 1)
    elif isinstance(value, list):
        for entry in value:
            _check(entry, where, depth + 1)
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise DocumentError(f"{where}: a text holds half a character (a lone surrogate); correct it") from None


def write_json(value: Any) -> str:
    """Return `value` as JSON on one line; a `Decimal` is written digit by digit."""
    pieces: list[str] = []
    _write(value, pieces)
    return "".join(pieces)


def _write(value: Any, pieces: list[str]) -> None:
    if isinstance(value, str):
        pieces.append(encode_basestring(value))
    elif value is None or isinstance(value, bool):
        pieces.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, int):
        pieces.append(str(value))
    elif isinstance(value, Decimal):
        pieces.append(_literal(value))
    elif isinstance(value, dict):
        pieces.append("{")
        for number, (key, entry) in enumerate(value.items()):
            pieces.append(("," if number else "") + encode_basestring(key) + ":")
            _write(entry, pieces)
        pieces.append("}")
    elif isinstance(value, list):
        pieces.append("[")
        for number, entry in enumerate(value):
            if number:
                pieces.append(",")
            _write(entry, pieces)
        pieces.append("]")
    else:
        raise TypeError(f"no FHIR JSON for {type(value).__name__}")


def _literal(value: Decimal) -> str:
    if not value.is_finite():
        raise DocumentError(f"{value} has no form in FHIR; correct the record")
    return format(value, "f") if abs(value.adjusted()) <= LARGEST_EXPONENT else str(value)
