"""Head angles of a session: from eight channels of two IMUs to median, 90th centile and step of the TWSTRS form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError
from reprieve.emg.movement import (
    ROTATION_STEPS_DEG,
    TILT_STEPS_DEG,
    AngleSummary,
    head_angles,
    mean_orientation,
    summarise,
)
from reprieve.interop.recording import PhysicalParts, Recording
from reprieve.interop.scratch import Scratch

Floats = NDArray[np.float64]

_SAMPLES_AT_ONCE = 2**16
_EXAMPLE = "{trunk: [w, x, y, z], head: [w, x, y, z], neutral: {start_s: 0, stop_s: 2}} with channel names"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementReport:
    """Angles of the head against the trunk, in degrees; positive to the left, to the right shoulder, chin up.

    `mean_deg` has the signs, the summaries are of sizes; the steps stand beside a rater's item, never instead of it.
    """

    mean_deg: dict[str, float]
    rotation: AngleSummary | None
    tilt: AngleSummary | None
    extension: AngleSummary | None
    lost_share: float


def check_movement(path: str, entry: Any) -> Mapping[str, Any] | None:
    """Return the key `movement` of a channel map, or None without one.

    Raises
    ------
    RecordingError
        If it is not of the form of the example.
    """
    if entry is None:
        return None
    named = isinstance(entry, dict) and {"trunk", "head"} <= set(entry) <= {"trunk", "head", "neutral"}
    if not named or any(not _four_names(entry[key]) for key in ("trunk", "head")):
        raise RecordingError(f"{path}: movement is {entry!r}; give {_EXAMPLE}")
    neutral = entry.get("neutral")
    if neutral is not None:
        given = [neutral.get(key) for key in ("start_s", "stop_s")] if isinstance(neutral, dict) else []
        times = [float(one) for one in given if is_number(one)]
        if len(times) != 2 or not 0 <= times[0] < times[1]:
            raise RecordingError(f"{path}: neutral of movement is {neutral!r}; give {{start_s: 0, stop_s: 2}}")
    return entry


def is_number(value: Any) -> TypeGuard[float]:
    """Return whether a value of a map is a number that can be reckoned with; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _four_names(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 4 and all(isinstance(one, str) for one in value)


def report_movement(
    recording: Recording, entry: Mapping[str, Any] | None, scratch: Scratch | None = None
) -> MovementReport | None:
    """Return the head angles, or None when the map names no sensors.

    `scratch` is room for the angles of a long recording.

    Raises
    ------
    RecordingError
        If a channel is missing, the rates differ, or the samples are no orientations.
    """
    if entry is None:
        return None
    channels = {channel.name: channel for channel in recording.channels}
    names = [str(name) for key in ("trunk", "head") for name in entry[key]]
    missing = [name for name in names if name not in channels]
    if missing:
        raise RecordingError(f"movement names {missing[0]!r}, the recording has {', '.join(channels)}; correct the map")
    if len({(channels[name].rate_hz, len(channels[name].raw)) for name in names}) > 1:
        raise RecordingError("the channels of movement differ in rate or length; export the sensors on one clock")
    rate_hz = channels[names[0]].rate_hz
    parts = [channels[name].parts for name in names]
    count, room = len(parts[0]), scratch or Scratch()
    # Of a night the angles may lie in a file; of the orientations so many are looked at at once.
    rotation, tilt, extension = (room.array(count, np.float32) for _ in range(3))
    try:
        neutral = _neutral(parts, rate_hz, entry.get("neutral"))
        for start in range(0, count, _SAMPLES_AT_ONCE):
            place = slice(start, min(start + _SAMPLES_AT_ONCE, count))
            trunk, head = _orientations(parts, place)
            angles = head_angles(trunk, head, neutral=neutral)
            rotation[place], tilt[place] = angles.rotation_left_deg, angles.tilt_right_deg
            extension[place] = angles.extension_deg
            room.forget()
    except ValueError as error:
        raise RecordingError(f"{recording.path}: movement: {error}") from None
    found = {"rotation_left": rotation, "tilt_right": tilt, "extension": extension}
    known = np.isfinite(rotation)
    return MovementReport(
        mean_deg={name: float(part.mean(dtype=np.float64, where=known)) for name, part in found.items() if known.any()},
        rotation=summarise(rotation, ROTATION_STEPS_DEG),
        tilt=summarise(tilt, TILT_STEPS_DEG),
        extension=summarise(extension),
        lost_share=float(1 - known.mean()),
    )


def _orientations(parts: Sequence[PhysicalParts], place: slice) -> tuple[Floats, Floats]:
    """Return the quaternions of trunk and head."""
    values = np.column_stack([part[place] for part in parts])
    return values[:, :4], values[:, 4:]


def _neutral(
    parts: Sequence[PhysicalParts], rate_hz: float, span: Mapping[str, float] | None
) -> tuple[Floats, Floats] | None:
    if span is None:
        return None
    trunk, head = _orientations(parts, slice(round(span["start_s"] * rate_hz), round(span["stop_s"] * rate_hz)))
    if not len(trunk):
        raise ValueError(f"neutral from {span['start_s']} to {span['stop_s']} s lies outside of the recording")
    return mean_orientation(trunk), mean_orientation(head)
