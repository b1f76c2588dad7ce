"""C3D files of gait laboratories: the analog channels."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

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
from reprieve.interop.stored import StoredSamples, forget_pages

_MAGIC = 0x50  # second byte of every C3D file
# The header, and parameters whose start is counted in one byte and whose length in another.
_HEAD_BYTES = 2 * 256 * BLOCK_BYTES
_HELD_BYTES = 2**26  # of a larger file the frames stay where they are
_MOST_FRAMES = 65_535  # what the header can count; a longer file says so in a parameter, or just goes on


def read_c3d(path: str) -> Recording:
    """Return the analog channels of a C3D file; markers are left.

    Raises
    ------
    RecordingError
        If the file is damaged, shorter than its header announces, or without analog channels.
    """
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        held = size <= _HELD_BYTES
        content = file.read() if held else file.read(_HEAD_BYTES)
        stored = np.frombuffer(content, np.uint8) if held else np.memmap(file, np.uint8, "r")
    if len(content) < 2 * BLOCK_BYTES or content[1] != _MAGIC or content[0] < 2:
        raise RecordingError(f"{path}: not a C3D file; its second byte is 0x50 and its header has 512 bytes")
    try:
        section = _section(content)
        return _recording(path, content, stored, read_parameters(section), byte_order(section))
    except ParameterError as error:
        raise RecordingError(f"{path}: not a readable C3D file ({error}); export the file again") from None


def _section(content: bytes) -> bytes:
    start = (content[0] - 1) * BLOCK_BYTES
    if start + 4 > len(content):
        raise ParameterError("the parameters lie beyond the end of the file")
    # The length in blocks counts to 255 only; the data begin where the header says.
    return content[start : start + max(1, content[start + 2]) * BLOCK_BYTES]


def _recording(
    path: str, content: bytes, stored: NDArray[np.uint8], parameters: Mapping[str, Value], order: str
) -> Recording:
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
    dtype = np.dtype(order + kind)
    begin, width = (start_block - 1) * BLOCK_BYTES, (points * 4 + per_frame) * dtype.itemsize
    frames = _frames(path, stored, begin, width, last - first + 1)
    # Of each frame its analog values, one of each channel after the other.
    analog = _Analog(frames, points * 4 * dtype.itemsize, used, per_frame // used, dtype)
    frame_rate = number(parameters, "POINT:RATE", 0.0)
    rate = number(parameters, "ANALOG:RATE", frame_rate * per_frame / used)
    return Recording(path=path, format="C3D", channels=_channels(analog, plausible_rate(rate, path), parameters, kind))


def _frames(path: str, stored: NDArray[np.uint8], start: int, width: int, frames: int) -> NDArray[np.uint8]:
    """Return the bytes of the frames, shape (n_frames, width); the file must hold as many as its header announces."""
    if frames <= 0 or start <= 0:
        raise ParameterError(f"{frames} frames from byte {start} on")
    held = max(0, len(stored) - start) // width
    if held < frames:
        raise RecordingError(
            f"{path}: truncated, {held} of the {frames} frames that its header announces; copy the file again"
        )
    frames = held if frames >= _MOST_FRAMES else frames
    return stored[start : start + frames * width].reshape(frames, width)


@dataclass(frozen=True, slots=True)
class _Analog:
    """The analog values of a file: where they lie in each frame, and how many channels share them."""

    frames: NDArray[np.uint8]
    first: int
    used: int
    each: int
    dtype: np.dtype[np.generic]

    def channel(self, number: int) -> StoredSamples:
        """Return one channel, in the byte order of the machine: the filters downstream refuse any other."""
        native = self.dtype.newbyteorder("=")

        def read(start: int, stop: int) -> NDArray[np.generic]:
            begin, end = start // self.each, -(-stop // self.each)
            values = np.ascontiguousarray(self.frames[begin:end, self.first :]).view(self.dtype)
            part = values.reshape(-1, self.used)[:, number].astype(native)
            forget_pages(self.frames)
            return part[start - begin * self.each : stop - begin * self.each]

        return StoredSamples(len(self.frames) * self.each, native, read)


def _channels(analog: _Analog, rate_hz: float, parameters: Mapping[str, Value], kind: str) -> tuple[Channel, ...]:
    used = analog.used
    names, units = texts(parameters, "ANALOG:LABELS", used), texts(parameters, "ANALOG:UNITS", used)
    hints = texts(parameters, "ANALOG:DESCRIPTIONS", used)
    common = number(parameters, "ANALOG:GEN_SCALE", 1.0)
    scales = [common * scale for scale in numbers(parameters, "ANALOG:SCALE", used, 1.0)]
    zeros = numbers(parameters, "ANALOG:OFFSET", used, 0.0)
    if kind == "u2":
        # Stored as a signed number of 16 bits whatever the samples are: 32768 reads as -32768.
        zeros = [zero % 65536 for zero in zeros]
    if not np.isfinite([*scales, *zeros]).all():
        raise ParameterError("a scale or an offset of the analog channels is not a number")
    rail = {"i2": (-32768.0, 32767.0), "u2": (0.0, 65535.0)}.get(kind)
    return tuple(
        Channel(
            name=names[i] or f"analog {i + 1}",
            unit=unit_of(units[i]),
            rate_hz=rate_hz,
            raw=analog.channel(i) if isinstance(analog.frames, np.memmap) else np.asarray(analog.channel(i)),
            scale=scales[i],
            offset=-zeros[i] * scales[i],
            rail=rail,
            hint=hints[i],
        )
        for i in range(used)
    )
