"""Time-stamped annotation lists (TAL) of EDF+."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from reprieve.interop.recording import Annotation

_END, _TEXT, _DURATION = b"\0", b"\x14", b"\x15"


def record_onsets(records: Iterable[bytes]) -> list[float | None]:
    """Return the start of each data record: the onset of its first list, None where it has none that can be read."""
    onsets: list[float | None] = []
    for record in records:
        first = record.split(_END, 1)[0]
        onsets.append(_seconds(first.split(_TEXT, 1)[0].split(_DURATION, 1)[0]) if _TEXT in first else None)
    return onsets


def annotations_of(records: Sequence[bytes], origin_s: float) -> list[Annotation]:
    """Return the annotations in the lists of all records; times from `origin_s`, lists that cannot be read are left."""
    found: list[Annotation] = []
    for record in records:
        for entry in record.split(_END):
            stamp, *texts = entry.split(_TEXT)
            onset_text, _, duration_text = stamp.partition(_DURATION)
            onset = _seconds(onset_text)
            if onset is None:
                continue
            duration = _seconds(duration_text)
            found.extend(
                Annotation(onset - origin_s, duration, text.decode("utf-8", "replace").strip())
                for text in texts
                if text
            )
    return found


def _seconds(text: bytes) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
