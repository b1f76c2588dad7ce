"""C3D files of gait laboratories: the analog channels, through ezc3d."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from reprieve.core.errors import RecordingError
from reprieve.interop.extras import need
from reprieve.interop.recording import Channel, Recording, plausible_rate, unit_of

_MAGIC = 0x50  # second byte of every C3D file


def read_c3d(path: str) -> Recording:
    """Return the analog channels of a C3D file; markers are left.

    Raises
    ------
    RecordingError
        If the file is damaged, shorter than its header announces, or without analog channels.
    SetupError
        If ezc3d is not installed.
    """
    _look_first(path)
    ezc3d = need("ezc3d", f"{path} (C3D)")
    try:
        file = ezc3d.c3d(path)
        analog = file["parameters"]["ANALOG"]
        values = np.asarray(file["data"]["analogs"])[0]
        rate = plausible_rate(float(analog["RATE"]["value"][0]), path)
        names = [str(name).strip() for name in analog["LABELS"]["value"]]
        units = [str(unit) for unit in analog.get("UNITS", {"value": []})["value"]]
        texts = [str(text) for text in analog.get("DESCRIPTIONS", {"value": []})["value"]]
    except RecordingError:
        raise
    except Exception as error:  # a C++ library: its errors arrive as RuntimeError, IndexError, MemoryError, ...
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
        raise RecordingError(f"{path}: not a readable C3D file ({reason}); export the file again") from None
    if values.shape[0] == 0 or values.shape[1] == 0:
        raise RecordingError(f"{path}: a C3D file without analog channels; export it with the EMG")
    channels = tuple(
        Channel(
            name=names[i] if i < len(names) and names[i] else f"analog {i + 1}",
            unit=unit_of(units[i]) if i < len(units) else "",
            rate_hz=rate,
            raw=values[i],
            hint=texts[i] if i < len(texts) else "",
        )
        for i in range(values.shape[0])
    )
    return Recording(path=path, format="C3D", channels=channels)


def _look_first(path: str) -> None:
    """Refuse what is plainly no whole C3D file before a C++ library sees it."""
    head = np.fromfile(path, np.uint8, 512)
    if len(head) < 512 or head[1] != _MAGIC:
        raise RecordingError(f"{path}: not a C3D file; its second byte is 0x50 and its header has 512 bytes")
    words = head[:20].view("<u2")
    points, analog_per_frame, first, last = (int(words[i]) for i in (1, 2, 3, 4))
    start_block = int(head[16:18].view("<u2")[0])
    frames = last - first + 1
    scale = float(head[12:16].view("<f4")[0])
    width = 4 if scale < 0 else 2
    # Frames above 65535 are kept in a parameter instead; then only a lower bound is known here.
    if frames > 0 and np.isfinite(scale) and head[512 - 512] == 2:
        need_bytes = (start_block - 1) * 512 + frames * (points * 4 + analog_per_frame) * width
        have = Path(path).stat().st_size
        if have < need_bytes:
            raise RecordingError(
                f"{path}: truncated, {have} of the {need_bytes} bytes that its header announces; copy the file again"
            )
