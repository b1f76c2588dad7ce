"""EMG-BIDS: the sidecar files beside an EDF or BDF, and the folder that holds them."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

from reprieve.core.errors import RecordingError
from reprieve.interop.recording import Channel, Recording, unit_of

_MOVEMENT_TYPES = {"ACCEL", "GYRO", "MAGN", "ORNT", "POS", "ANGACCEL", "VEL", "JNTANG"}


def find_bids_recording(folder: str) -> str:
    """Return the one EMG recording in a BIDS folder.

    Raises
    ------
    RecordingError
        If there is none, or more than one to choose from.
    """
    found = sorted(str(path) for suffix in ("edf", "bdf") for path in Path(folder).rglob(f"*_emg.{suffix}"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise RecordingError(
            f"{folder}: a folder without a BIDS recording (*_emg.edf or *_emg.bdf); give the file itself"
        )
    raise RecordingError(f"{folder}: holds {len(found)} recordings; give one of them, for example {found[0]}")


def with_bids_sidecar(recording: Recording) -> Recording:
    """Return the recording with the muscles and kinds of its ``*_channels.tsv``, if there is one beside it.

    The data file's own unit stays; a sidecar that says otherwise is named in the notes, since one of both is wrong by
    a power of ten and only a person can tell which.
    """
    sidecar = Path(recording.path).with_name(Path(recording.path).stem.removesuffix("_emg") + "_channels.tsv")
    if not recording.path.lower().endswith((".edf", ".bdf")) or not sidecar.is_file():
        return recording
    try:
        with sidecar.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, delimiter="\t", strict=True)
            rows, heads = list(table), list(table.fieldnames or ())
    except (UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f"{sidecar}: not a table in UTF-8 ({error}); save it as UTF-8 text with tabs") from None
    if rows and "name" not in heads:
        raise RecordingError(f"{sidecar}: a BIDS channels file needs the column 'name'; it has {', '.join(heads)!r}")
    by_name = {str(row["name"]).strip(): row for row in rows}
    notes = list(recording.notes)
    channels = tuple(_described(channel, by_name.get(channel.name), notes) for channel in recording.channels)
    unknown = sorted(set(by_name) - {channel.name for channel in recording.channels})
    if unknown:
        notes.append(f"{sidecar.name} names channels that the recording lacks: {', '.join(unknown)!r}")
    return dataclasses.replace(recording, channels=channels, notes=tuple(notes))


def _described(channel: Channel, row: dict[str, str] | None, notes: list[str]) -> Channel:
    if row is None:
        return channel
    stated = unit_of(row.get("units") or channel.unit)
    if stated != channel.unit:
        notes.append(
            f"{channel.name}: the data file says {channel.unit!r}, the sidecar {stated!r}; the data file was followed"
        )
    kind = (row.get("type") or "").upper()
    hint = f"{channel.hint} {'movement' if kind in _MOVEMENT_TYPES else ''} {kind}".strip()
    muscle = row.get("target_muscle") or None
    return dataclasses.replace(channel, hint=hint, muscle_text=None if muscle == "n/a" else muscle)
