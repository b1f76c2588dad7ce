"""C3D files of gait laboratories: the analog channels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError
from reprieve.interop.c3d_parameters import (
    BLOCK_BYTES,
    ParameterError,
    Value,
    byte_order,
    number,
    numbers,
    read_parameters,
    texts,
)
from reprieve.interop.recording import Channel, Recording, plausible_rate, unit_of

_MAGIC = 0x50  # second byte of every C3D file
_MOST_FRAMES = 65_535  # what the header can count; a longer file says so in a parameter, or just goes on


def read_c3d(path: str) -> Recording:
    """Return the analog channels of a C3D file; markers are left.

    Raises
    ------
    RecordingError
        If the file is damaged, shorter than its header announces, or without analog channels.
    """
    content = Path(path).read_bytes()
    if len(content) < 2 * BLOCK_BYTES or content[1] != _MAGIC or content[0] < 2:
        raise RecordingError(f"{path}: not a C3D file; its second byte is 0x50 and its header has 512 bytes")
    try:
        section = _section(content)
        return _recording(path, content, read_parameters(section), byte_order(section))
    except ParameterError as error:
        raise RecordingError(f"{path}: not a readable C3D file ({error}); export the file again") from None


def _section(content: bytes) -> bytes:
    start = (content[0] - 1) * BLOCK_BYTES
    if start + 4 > len(content):
        raise ParameterError("the parameters lie beyond the end of the file")
    # The length in blocks counts to 255 only; the data begin where the header says.
    return content[start : start + max(1, content[start + 2]) * BLOCK_BYTES]


def _recording(path: str, content: bytes, parameters: Mapping[str, Value], order: str) -> Recording:
    words = np.frombuffer(content[:24], order + "u2")
    points, per_frame, first, last, start_block = (int(words[i]) for i in (1, 2, 3, 4, 8))
    used = round(number(parameters, "ANALOG:USED", 0.0))
    if used <= 0 or per_frame <= 0:
        raise RecordingError(f"{path}: a C3D file without analog channels; export it with the EMG")
    if per_frame % used:
        raise ParameterError(f"{per_frame} analog values in a frame cannot be shared by {used} channels")
    # A negative scale of the points says that the file holds floats.
    kind = "f4" if number(parameters, "POINT:SCALE", -1.0) < 0 else "i2"
    if kind == "i2" and any(text.upper() == "UNSIGNED" for text in texts(parameters, "ANALOG:FORMAT", 1)):
        kind = "u2"
    width = points * 4 + per_frame
    values = _frames(path, content, (start_block - 1) * BLOCK_BYTES, width, last - first + 1, np.dtype(order + kind))
    analog = values[:, points * 4 :].reshape(-1, used)
    frame_rate = number(parameters, "POINT:RATE", 0.0)
    rate = number(parameters, "ANALOG:RATE", frame_rate * per_frame / used)
    return Recording(path=path, format="C3D", channels=_channels(analog, plausible_rate(rate, path), parameters, kind))


def _frames(
    path: str, content: bytes, start: int, width: int, frames: int, kind: np.dtype[np.generic]
) -> NDArray[np.generic]:
    """Return the frames, shape (n_frames, width); the file must hold as many as its header announces."""
    if frames <= 0 or start <= 0:
        raise ParameterError(f"{frames} frames from byte {start} on")
    held = max(0, len(content) - start) // (width * kind.itemsize)
    if held < frames:
        raise RecordingError(
            f"{path}: truncated, {held} of the {frames} frames that its header announces; copy the file again"
        )
    frames = held if frames >= _MOST_FRAMES else frames
    return np.frombuffer(content, kind, frames * width, start).reshape(frames, width)


def _channels(
    analog: NDArray[np.generic], rate_hz: float, parameters: Mapping[str, Value], kind: str
) -> tuple[Channel, ...]:
    used = analog.shape[1]
    names, units = texts(parameters, "ANALOG:LABELS", used), texts(parameters, "ANALOG:UNITS", used)
    hints = texts(parameters, "ANALOG:DESCRIPTIONS", used)
    common = number(parameters, "ANALOG:GEN_SCALE", 1.0)
    scales = [common * scale for scale in numbers(parameters, "ANALOG:SCALE", used, 1.0)]
    zeros = numbers(parameters, "ANALOG:OFFSET", used, 0.0)
    if not np.isfinite([*scales, *zeros]).all():
        raise ParameterError("a scale or an offset of the analog channels is not a number")
    rail = {"i2": (-32768.0, 32767.0), "u2": (0.0, 65535.0)}.get(kind)
    return tuple(
        Channel(
            name=names[i] or f"analog {i + 1}",
            unit=unit_of(units[i]),
            rate_hz=rate_hz,
            # Native byte order: the filters downstream refuse any other.
            raw=np.ascontiguousarray(analog[:, i], dtype=analog.dtype.newbyteorder("=")),
            scale=scales[i],
            offset=-zeros[i] * scales[i],
            rail=rail,
            hint=hints[i],
        )
        for i in range(used)
    )
