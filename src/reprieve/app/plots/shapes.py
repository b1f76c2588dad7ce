"""Outlines of the body map as paths of matplotlib: the few SVG shapes that the drawings use."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TOKENS = re.compile(r"[MLHVCSQTAZ]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.IGNORECASE)
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "A": 7, "Z": 0}
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """One outline in the coordinates of its drawing (y downwards), with the attributes of its element."""

    vertices: tuple[Point, ...]
    codes: tuple[int, ...]
    attributes: dict[str, str]


def shapes_of(svg: str) -> tuple[tuple[float, float, float, float], list[Shape]]:
    """Return the view box (x, y, width, height) and the filled shapes of a drawing, in drawing order."""
    root = ElementTree.fromstring(svg)
    box = tuple(float(part) for part in root.get("viewBox", "0 0 1 1").split())
    shapes = []
    for element in root.iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "path":
            vertices, codes = path_of(element.get("d", ""))
        elif kind == "ellipse":
            vertices, codes = _ellipse(element.attrib)
        else:
            continue
        shapes.append(Shape(tuple(vertices), tuple(codes), dict(element.attrib)))
    return (box[0], box[1], box[2], box[3]), shapes


def path_of(text: str) -> tuple[list[Point], list[int]]:
    """Return vertices and matplotlib codes of the SVG path `text`: M L H V C Q A Z, absolute or relative.

    Examples
    --------
    >>> path_of("M1 1l2 0v2z")
    ([(1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 1.0)], [1, 2, 2, 79])
    """
    vertices: list[Point] = []
    codes: list[int] = []
    here = start = (0.0, 0.0)
    for command, numbers in _commands(text):
        kind = command.upper()
        if kind == "Z":
            vertices.append(start)
            codes.append(79)
            here = start
            continue
        base = here if command.islower() else (0.0, 0.0)
        if kind == "A":
            end = (base[0] + numbers[5], base[1] + numbers[6])
            points = list(_arc(here, numbers, end))
            vertices += points
            codes += [4] * len(points)
        elif kind in "HV":
            end = (base[0] + numbers[0], here[1]) if kind == "H" else (here[0], base[1] + numbers[0])
            vertices.append(end)
            codes.append(2)
        else:
            points = [(base[0] + x, base[1] + y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
            vertices += points
            codes += [{"M": 1, "L": 2, "C": 4, "Q": 3}[kind]] * len(points)
            end = points[-1]
            start = end if kind == "M" else start
        here = end
    return vertices, codes


def _commands(text: str) -> Iterator[tuple[str, list[float]]]:
    """Yield each command with one set of its numbers; a repeated set repeats the command, after M as L."""
    command, numbers = "", list[float]()
    for token in _split(text):
        if token.isalpha():
            command, numbers = token, []
            if token in "Zz":
                yield token, []
            continue
        numbers.append(float(token))
        if len(numbers) == _ARGUMENTS[command.upper()]:
            yield command, numbers
            command, numbers = {"M": "L", "m": "l"}.get(command, command), []


def _split(text: str) -> Iterator[str]:
    """Yield tokens; the two flags of an arc may be written without a blank behind them."""
    command, count = "", 0
    position = 0
    while found := _TOKENS.search(text, position):
        token = found.group()
        position = found.end()
        if token.isalpha():
            command, count = token, 0
        else:
            if command in "Aa" and count % 7 in (3, 4):
                token = token.lstrip("+")[0]
                position = found.start() + len(token)
            count += 1
        yield token


def _arc(start: Point, numbers: list[float], end: Point) -> Iterator[Point]:
    """Yield control and end points of the cubic curves that an elliptical arc is made of (SVG 1.1, appendix F.6)."""
    rx, ry, turn, large, sweep = abs(numbers[0]), abs(numbers[1]), math.radians(numbers[2]), numbers[3], numbers[4]
    if start == end or rx == 0 or ry == 0:
        yield from (start, end, end)
        return
    cos, sin = math.cos(turn), math.sin(turn)
    dx, dy = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    x, y = cos * dx + sin * dy, -sin * dx + cos * dy
    grow = math.sqrt(max(1.0, (x / rx) ** 2 + (y / ry) ** 2))
    rx, ry = rx * grow, ry * grow
    share = max(0.0, (rx * ry) ** 2 - (rx * y) ** 2 - (ry * x) ** 2) / ((rx * y) ** 2 + (ry * x) ** 2)
    factor = math.sqrt(share) * (-1 if large == sweep else 1)
    cx, cy = factor * rx * y / ry, -factor * ry * x / rx
    centre = (cos * cx - sin * cy + (start[0] + end[0]) / 2, sin * cx + cos * cy + (start[1] + end[1]) / 2)
    first = math.atan2((y - cy) / ry, (x - cx) / rx)
    span = math.atan2((-y - cy) / ry, (-x - cx) / rx) - first
    span += 2 * math.pi if sweep and span < 0 else -2 * math.pi if not sweep and span > 0 else 0
    yield from _curves(centre, rx, ry, turn, first, span)


def _curves(centre: Point, rx: float, ry: float, turn: float, first: float, span: float) -> Iterator[Point]:
    pieces = max(1, math.ceil(abs(span) / (math.pi / 2) - 1e-9))
    step = span / pieces
    reach = 4 / 3 * math.tan(step / 4)
    cos, sin = math.cos(turn), math.sin(turn)

    def place(x: float, y: float) -> Point:
        return centre[0] + cos * rx * x - sin * ry * y, centre[1] + sin * rx * x + cos * ry * y

    for piece in range(pieces):
        a, b = first + piece * step, first + (piece + 1) * step
        yield place(math.cos(a) - reach * math.sin(a), math.sin(a) + reach * math.cos(a))
        yield place(math.cos(b) + reach * math.sin(b), math.sin(b) - reach * math.cos(b))
        yield place(math.cos(b), math.sin(b))


def _ellipse(attributes: dict[str, Any]) -> tuple[list[Point], list[int]]:
    cx, cy, rx, ry = (float(attributes[name]) for name in ("cx", "cy", "rx", "ry"))
    turned = re.match(r"rotate\(([-\d.]+)", attributes.get("transform", ""))
    turn = math.radians(float(turned.group(1))) if turned else 0.0
    points = list(_curves((cx, cy), rx, ry, turn, 0.0, 2 * math.pi))
    begin = (cx + rx * math.cos(turn), cy + rx * math.sin(turn))
    return [begin, *points, begin], [1, *[4] * len(points), 79]
