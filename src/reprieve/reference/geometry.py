"""Where muscles and the structures beside them lie: ellipsoids from published models, in mm.

Frames: ``neck`` has x to the front, y up, z to the patient's right; ``leg`` is a right leg. The places of the
structures at risk are defaults by experts and not checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from reprieve.reference._files import read_rows

_PLACE = "anatomy/geometry/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipsoid:
    """An ellipsoid of revolution along the fibres; `owner` is a muscle id or a structure."""

    owner: str
    side: str
    frame: str
    centre_mm: tuple[float, float, float]
    axis: tuple[float, float, float]
    long_mm: float
    short_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskStructure:
    """A structure that should not be weakened, what its weakness does, and where the place comes from."""

    id: str
    structure: str
    effect: str
    body: Ellipsoid
    source: str
    checked: bool


@cache
def muscle_ellipsoids() -> dict[tuple[str, str], tuple[Ellipsoid, ...]]:
    """Return the ellipsoids by muscle and side; a muscle may have several, one for each element of its model."""
    found: dict[tuple[str, str], list[Ellipsoid]] = {}
    for row in read_rows(_PLACE + "muscle_ellipsoids.csv"):
        body = _ellipsoid(row, row["muscle_id"], row["side"], row["frame"])
        found.setdefault((body.owner, body.side), []).append(body)
    return {key: tuple(bodies) for key, bodies in found.items()}


@cache
def risk_structures() -> tuple[RiskStructure, ...]:
    """Return the structures of the neck that spread or a needle may reach."""
    return tuple(
        RiskStructure(
            id=row["id"],
            structure=row["structure"],
            effect=row["effect"],
            body=_ellipsoid(row, row["id"], "midline", "neck"),
            source=row["source"],
            checked=row["checked"] == "true",
        )
        for row in read_rows(_PLACE + "neck_risk_structures.csv")
    )


def _ellipsoid(row: dict[str, str], owner: str, side: str, frame: str) -> Ellipsoid:
    return Ellipsoid(
        owner=owner,
        side=side,
        frame=frame,
        centre_mm=(float(row["cx_mm"]), float(row["cy_mm"]), float(row["cz_mm"])),
        axis=(float(row["ux"]), float(row["uy"]), float(row["uz"])),
        long_mm=float(row["semi_axis_long_mm"]),
        short_mm=float(row["semi_axis_short_mm"]),
    )


@cache
def vertebrae() -> tuple[tuple[float, float, float], ...]:
    """Return the centres of the cervical vertebrae from the first to the seventh, in mm, in the frame ``neck``."""
    rows = {row["body"]: row for row in read_rows(_PLACE + "neck_bodies.csv")}
    found = [rows[f"cerv{i}"] for i in range(1, 8)]
    return tuple(
        (1000 * float(row["x_anterior_m"]), 1000 * float(row["y_up_m"]), 1000 * float(row["z_right_m"]))
        for row in found
    )


@cache
def neck_paths() -> tuple[tuple[str, str, tuple[tuple[float, float, float], ...]], ...]:
    """Return the lines along which the muscles of the neck pull: muscle, side, points in mm, in the frame ``neck``."""
    lines: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for row in read_rows(_PLACE + "neck_paths.csv"):
        point = tuple(1000 * float(row[name]) for name in ("x_anterior_m", "y_up_m", "z_right_m"))
        lines.setdefault((row["element"], row["muscle_id"]), []).append(point)  # type: ignore[arg-type]
    return tuple(
        (muscle, "right" if sum(point[2] for point in points) > 0 else "left", tuple(points))
        for (_, muscle), points in lines.items()
    )
