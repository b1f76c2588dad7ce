"""Which muscle and which electrode a channel is: from the channel map, else from what the file says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from reprieve.app.emg.map_text import read_map
from reprieve.app.emg.movement import check_movement, is_number
from reprieve.core.errors import RecordingError
from reprieve.interop.recording import Channel, Recording, unit_of
from reprieve.reference.muscle_catalogue import target_members

Kind = Literal["surface", "needle", "movement", "other"]
EpochKind = Literal[
    "rest", "posture", "opposite", "trick", "maximal", "isometric", "mirror", "stretch", "needle", "task"
]
MapSide = Literal["left", "right"]

_NEEDLE = re.compile(r"needle|concentric|intramuscular|fine.?wire|\bsmu\b", re.IGNORECASE)
_MOVEMENT = re.compile(r"\b(acc(el\w*)?|gyro\w*|imu|gonio\w*|angle|quat\w*|movement)(?![a-z])", re.IGNORECASE)
_NO_EMG = re.compile(
    r"^voltage\.?\d*$|\b(ecg|ekg|eeg|eog|force|torque|trigger|status|resp\w*|co2|spo2|eda|ppg|bvp|hr|marker)\b",
    re.IGNORECASE,
)
# Nobody samples surface EMG faster; rise times of a needle need it.
_NEEDLE_RATE_HZ = 10_000.0
_CHANNEL_KEYS = {"muscle", "side", "kind", "unit", "skip", "mvc"}
_MAP_KEYS = ("channels", "epochs", "movement", "stimulus", "angle")
_EPOCH_KEYS = {"kind", "start_s", "stop_s", "muscle", "side"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRole:
    """What one channel of a recording is."""

    kind: Kind
    muscle: str | None = None
    side: MapSide | None = None
    unit: str | None = None
    skip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One stretch of the recording with one task."""

    kind: EpochKind
    start_s: float
    stop_s: float
    muscle: str | None = None
    side: MapSide | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelMap:
    """A session file: entries by channel name, epochs, sensors of the head, marker of a stimulus, goniometer."""

    entries: dict[str, dict[str, Any]]
    epochs: tuple[Epoch, ...] = ()
    movement: Mapping[str, Any] | None = None
    stimulus: str | None = None
    angle: str | None = None


def load_channel_map(path: str) -> ChannelMap:
    """Return the channel map in a YAML (or JSON) file.

    ::

        channels:
          Flex: {muscle: flexor_carpi_radialis, side: right, kind: surface, unit: uV}
          Accel: {kind: movement}
        epochs:
          - {kind: rest, start_s: 0, stop_s: 30}

    Raises
    ------
    RecordingError
        If it is no YAML, or a key or value is not allowed.
    UnknownNameError
        If a muscle is not in the reference data.
    """
    document = read_map(path)
    if not isinstance(document, dict) or not isinstance(document.get("channels"), dict):
        raise RecordingError(f"{path}: a channel map has the key 'channels' with one entry per channel name; add it")
    unknown = sorted(str(key) for key in document if key not in _MAP_KEYS)
    if unknown:
        raise RecordingError(f"{path}: unknown key {unknown[0]!r}; allowed are {', '.join(_MAP_KEYS)}")
    entries = channel_entries(path, document["channels"])
    told = document.get("epochs", [])
    told = [] if told is None else told
    if not isinstance(told, list):
        raise RecordingError(f"{path}: epochs is {told!r}; give a list of {{kind: rest, start_s: 0, stop_s: 30}}")
    epochs = tuple(_epoch(path, number, one) for number, one in enumerate(told, 1))
    return ChannelMap(
        entries=entries,
        epochs=epochs,
        movement=check_movement(path, document.get("movement")),
        stimulus=_text(path, document, "stimulus", "the text of the marker at each stimulus"),
        angle=_text(path, document, "angle", "the channel of the goniometer"),
    )


def channel_entries(where: str, told: Mapping[Any, Any]) -> dict[str, dict[str, Any]]:
    """Return the entries of a channel map by name, each checked; `where` is what a refusal names.

    Raises
    ------
    RecordingError, UnknownNameError
        As `load_channel_map`.
    """
    return {str(name): _checked_entry(where, str(name), entry) for name, entry in told.items()}


def _text(path: str, document: Mapping[str, Any], key: str, meaning: str) -> str | None:
    value = document.get(key)
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise RecordingError(f"{path}: {key} is {value!r}; give {meaning}")
    return value


def channel_roles(recording: Recording, channel_map: ChannelMap | None) -> dict[str, ChannelRole]:
    """Return the role of every channel by name.

    Raises
    ------
    RecordingError
        If the map names a channel that the recording does not have.
    """
    names = [channel.name for channel in recording.channels]
    entries = channel_map.entries if channel_map else {}
    for name in entries:
        if name not in names:
            raise RecordingError(
                f"the channel map names {name!r}, the recording has {', '.join(names)}; correct the map"
            )
    return {channel.name: _role(channel, entries.get(channel.name, {})) for channel in recording.channels}


def guessed_kind(channel: Channel) -> Kind:
    """Return what a channel looks like from unit, name, sensor text and rate."""
    words = f"{channel.name} {channel.hint}".replace("_", " ")
    # A Trigno IM sensor measures EMG and movement: what it calls "IM EMG" is neither movement nor intramuscular.
    if _MOVEMENT.search(words) and not ("emg" in channel.name.lower() and channel.volts is not None):
        return "movement"
    if _NO_EMG.search(channel.name.strip().replace("_", " ")) or (channel.volts is None and channel.unit != "count"):
        return "other"
    if _NEEDLE.search(words) or channel.rate_hz >= _NEEDLE_RATE_HZ:
        return "needle"
    return "surface"


def _role(channel: Channel, entry: dict[str, Any]) -> ChannelRole:
    return ChannelRole(
        kind=entry.get("kind") or guessed_kind(channel),
        muscle=entry.get("muscle") or channel.muscle_text,
        side=entry.get("side"),
        unit=entry.get("unit"),
        skip=bool(entry.get("skip", False)),
    )


def _checked_entry(path: str, name: str, entry: Any) -> dict[str, Any]:
    entry = {"muscle": entry} if isinstance(entry, str) else entry
    if not isinstance(entry, dict):
        raise RecordingError(
            f"{path}: channel {name!r} is {entry!r}; give a muscle or {{muscle: ..., side: ..., kind: ...}}"
        )
    for key, value in entry.items():
        if key not in _CHANNEL_KEYS:
            raise RecordingError(
                f"{path}: channel {name!r} has {key!r}; allowed are {', '.join(sorted(_CHANNEL_KEYS))}"
            )
        allowed = {"kind": get_args(Kind), "side": get_args(MapSide)}.get(key)
        if allowed and value not in allowed:
            raise RecordingError(f"{path}: {key} of {name!r} is {value!r}; allowed are {', '.join(allowed)}")
        if key == "muscle" and not isinstance(value, str):
            raise RecordingError(f"{path}: muscle of {name!r} is {value!r}; give a name such as splenius_capitis")
        if key == "muscle":
            target_members(value)
        if key == "skip" and not isinstance(value, bool):
            raise RecordingError(f"{path}: skip of {name!r} is {value!r}; give true or false")
        if key == "mvc" and not (is_number(value) and 0 < value < float("inf")):
            raise RecordingError(
                f"{path}: mvc of {name!r} is {value!r}; give the envelope of a maximal effort, above 0"
            )
        if key == "unit" and unit_of(str(value)) not in ("uV", "mV", "V", "nV", "count"):
            raise RecordingError(f"{path}: unit of {name!r} is {value!r}; allowed are uV, mV, V, nV, count")
    return entry


def _epoch(path: str, number: int, entry: Any) -> Epoch:
    if not isinstance(entry, dict) or not set(entry) <= _EPOCH_KEYS or not {"kind", "start_s", "stop_s"} <= set(entry):
        raise RecordingError(f"{path}: epoch {number} is {entry!r}; give {{kind: rest, start_s: 0, stop_s: 30}}")
    if entry["kind"] not in get_args(EpochKind):
        raise RecordingError(
            f"{path}: epoch {number} is {entry['kind']!r}; allowed are {', '.join(get_args(EpochKind))}"
        )
    start, stop = entry["start_s"], entry["stop_s"]
    if not (is_number(start) and is_number(stop) and 0 <= start < stop < float("inf")):
        raise RecordingError(
            f"{path}: epoch {number} runs from {entry['start_s']!r} to {entry['stop_s']!r} s; swap or correct"
        )
    muscle, side = entry.get("muscle"), entry.get("side")
    if side not in (None, *get_args(MapSide)):
        raise RecordingError(f"{path}: side of epoch {number} is {side!r}; allowed are {', '.join(get_args(MapSide))}")
    if muscle is not None and not isinstance(muscle, str):
        raise RecordingError(f"{path}: muscle of epoch {number} is {muscle!r}; give a name such as splenius_capitis")
    if muscle is not None:
        target_members(muscle)
    return Epoch(kind=entry["kind"], start_s=float(start), stop_s=float(stop), muscle=muscle, side=side)
