"""Head angles of a session: from eight channels of two IMUs to median, 90th centile and step of the TWSTRS form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
from reprieve.interop.recording import Recording

Floats = NDArray[np.float64]

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
    if not named or any(not isinstance(entry[key], list) or len(entry[key]) != 4 for key in ("trunk", "head")):
        raise RecordingError(f"{path}: movement is {entry!r}; give {_EXAMPLE}")
    neutral = entry.get("neutral")
    if neutral is not None:
        given = [neutral.get(key) for key in ("start_s", "stop_s")] if isinstance(neutral, dict) else []
        times = [float(one) for one in given if isinstance(one, int | float)]
        if len(times) != 2 or not 0 <= times[0] < times[1]:
            raise RecordingError(f"{path}: neutral of movement is {neutral!r}; give {{start_s: 0, stop_s: 2}}")
    return entry


def report_movement(recording: Recording, entry: Mapping[str, Any] | None) -> MovementReport | None:
    """Return the head angles, or None when the map names no sensors.

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
    values = np.column_stack([channels[name].values for name in names])
    trunk, head = values[:, :4], values[:, 4:]
    try:
        neutral = _neutral(trunk, head, rate_hz, entry.get("neutral"))
        angles = head_angles(trunk, head, neutral=neutral)
    except ValueError as error:
        raise RecordingError(f"{recording.path}: movement: {error}") from None
    parts = {
        "rotation_left": angles.rotation_left_deg,
        "tilt_right": angles.tilt_right_deg,
        "extension": angles.extension_deg,
    }
    known = np.isfinite(angles.rotation_left_deg)
    return MovementReport(
        mean_deg={name: float(part[known].mean()) for name, part in parts.items() if known.any()},
        rotation=summarise(angles.rotation_left_deg, ROTATION_STEPS_DEG),
        tilt=summarise(angles.tilt_right_deg, TILT_STEPS_DEG),
        extension=summarise(angles.extension_deg),
        lost_share=float(1 - known.mean()),
    )


def _neutral(
    trunk: Floats, head: Floats, rate_hz: float, span: Mapping[str, float] | None
) -> tuple[Floats, Floats] | None:
    if span is None:
        return None
    part = slice(round(span["start_s"] * rate_hz), round(span["stop_s"] * rate_hz))
    if not len(trunk[part]):
        raise ValueError(f"neutral from {span['start_s']} to {span['stop_s']} s lies outside of the recording")
    return mean_orientation(trunk[part]), mean_orientation(head[part])
