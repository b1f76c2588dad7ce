"""The parameter section of a C3D file: groups of named values, read within bounds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

BLOCK_BYTES = 512
# Byte 4 of the section names the processor; 85 stands for DEC floats, which nobody has written for thirty years.
_ORDERS = {84: "<", 86: ">"}
_TYPES = {1: "u1", 2: "i2", 4: "f4"}

Value = list[str] | list[float]


class ParameterError(ValueError):
    """The section cannot be followed; the message says where."""


def byte_order(section: bytes) -> str:
    """Return NumPy's mark of the byte order of the whole file."""
    if len(section) < 4 or section[3] not in _ORDERS:
        raise ParameterError(f"processor type {section[3] if len(section) > 3 else None}, allowed are 84 and 86")
    return _ORDERS[section[3]]


def read_parameters(section: bytes) -> dict[str, Value]:
    """Return the parameters as ``GROUP:NAME``, text as a list of strings and numbers as a list of floats.

    Parameters
    ----------
    section : bytes
        From the first block of the section to its end; every step is checked against this length.

    Raises
    ------
    ParameterError
        If an entry points outside of the section.

    References
    ----------
    .. [1] C3D file format user guide, "The parameter section", Motion Lab Systems 2008.
    """
    order = byte_order(section)
    groups: dict[int, str] = {}
    entries: list[tuple[int, str, Value]] = []
    place = 4
    while place + 2 <= len(section):
        length, group = _signed(section[place]), _signed(section[place + 1])
        if length == 0 or group == 0:
            break
        start = place + 2 + abs(length)
        name = section[place + 2 : start].decode("latin-1").strip().upper()
        if start + 2 > len(section):
            raise ParameterError(f"the entry {name[:20]!r} runs over the end of the parameters")
        if group < 0:
            groups[-group] = name
        else:
            entries.append((group, name, _value(section, start + 2, order, name)))
        step = int.from_bytes(section[start : start + 2], "little" if order == "<" else "big", signed=True)
        # 0 ends the list; a step backwards would make a circle of it.
        if step < 2:
            break
        place = start + step
    return {f"{groups.get(group, str(group))}:{name}": value for group, name, value in entries}


def number(parameters: Mapping[str, Value], name: str, default: float | None = None) -> float:
    """Return the first number of a parameter.

    Raises
    ------
    ParameterError
        If there is none and no default.
    """
    value = parameters.get(name)
    if value and not isinstance(value[0], str):
        return float(value[0])
    if default is None:
        raise ParameterError(f"the parameter {name} is missing")
    return default


def numbers(parameters: Mapping[str, Value], name: str, count: int, default: float) -> list[float]:
    """Return `count` numbers of a parameter, the default where it has fewer."""
    found = [float(one) for one in parameters.get(name, []) if not isinstance(one, str)]
    return (found + [default] * count)[:count]


def texts(parameters: Mapping[str, Value], name: str, count: int) -> list[str]:
    """Return `count` texts of a parameter, continued in NAME2, NAME3, ...; empty where it has fewer."""
    found: list[str] = []
    for suffix in ("", *map(str, range(2, 20))):
        part = parameters.get(name + suffix)
        if part is None:
            break
        found += [one for one in part if isinstance(one, str)]
    return (found + [""] * count)[:count]


def _value(section: bytes, place: int, order: str, name: str) -> Value:
    if place + 2 > len(section):
        raise ParameterError(f"the parameter {name[:20]!r} runs over the end of the parameters")
    kind, depth = _signed(section[place]), section[place + 1]
    start = place + 2 + depth
    shape = list(section[place + 2 : start])
    count = int(np.prod(shape, dtype=np.int64)) if depth <= 7 else -1
    width = abs(kind) if kind in (-1, *_TYPES) else 0
    if width == 0 or not 0 <= count * width <= len(section) - start:
        raise ParameterError(f"the parameter {name[:20]!r} runs over the end of the parameters")
    data = section[start : start + count * width]
    if kind > 0:
        return np.frombuffer(data, order + _TYPES[kind]).astype(np.float64).tolist()
    line = shape[0] if shape else 1
    return [data[i : i + line].decode("latin-1").strip(" \0") for i in range(0, len(data), line)] if line else []


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte
