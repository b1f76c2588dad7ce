"""A recording for the screen: the samples as the browser draws them, and the report on the stretches marked there.

Nothing is kept: the recording lies in a temporary folder while it is read, and only there.
"""

from __future__ import annotations

import json
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.app.documents import each_once
from reprieve.core.errors import DocumentError, InputError, RecordingError, ReprieveError
from reprieve.interop.recording import Channel

LONGEST_NAME = 120
LARGEST = 2**15 - 1


def unpack(body: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the header and the file of one upload: four bytes of length (little endian), JSON, then the file as it is.

    Raises
    ------
    InputError
        If the frame is broken.
    """
    if len(body) < 4:
        raise InputError("the upload is empty; choose a recording")
    (length,) = struct.unpack("<I", body[:4])
    try:
        header = json.loads(body[4 : 4 + length], object_pairs_hook=each_once("the header of the upload"))
    except DocumentError:
        raise
    except (ValueError, RecursionError):
        raise InputError("the upload does not begin with its header; send length, JSON, file") from None
    if not isinstance(header, dict) or not isinstance(header.get("name"), str):
        raise InputError('the header of the upload names no file; give {"name": "visit.edf"}')
    return header, body[4 + length :]


def pack(header: dict[str, Any], parts: list[bytes]) -> bytes:
    """Return one frame; the header is padded so that the samples begin at a multiple of eight bytes."""
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return b"".join([struct.pack("<I", len(text)), text, *parts])


def samples_for_screen(body: bytes) -> bytes:
    """Return a frame with every channel as 16-bit integers, each with the scale that makes them physical."""
    from reprieve.app.emg.channels import guessed_kind
    from reprieve.interop.recordings import read_recording

    with _laid_down(body) as (path, _):
        recording = read_recording(str(path))
        channels, parts = [], []
        for channel in recording.channels:
            samples, scale, offset = _as_int16(channel)
            parts.append(samples.tobytes() + b"\0" * (-samples.nbytes % 8))
            channels.append(
                {
                    "name": channel.name,
                    "unit": channel.unit,
                    "kind": guessed_kind(channel),
                    "rate_hz": channel.rate_hz,
                    "start_s": channel.start_s,
                    "samples": len(samples),
                    "scale": scale,
                    "offset": offset,
                    "muscle": channel.muscle_text,
                }
            )
        annotations = [
            {"onset_s": one.onset_s, "duration_s": one.duration_s, "text": one.text} for one in recording.annotations
        ]
        header = {
            "name": path.name,
            "format": recording.format,
            "length_s": max((one.start_s + one.length_s for one in recording.channels), default=0.0),
            "channels": channels,
            "annotations": annotations,
            "notes": list(recording.notes),
        }
    return pack(header, parts)


def report_for_screen(body: bytes) -> dict[str, Any]:
    """Return the report as a document, and its muscles as they would stand in an assessment.

    The header may hold `channels` (by name: muscle, side, kind), `epochs`, the marker of a `stimulus` and the channel
    of an `angle`, as a channel map does.
    """
    from reprieve.app.emg.recording import muscle_emg, report_recording
    from reprieve.core.documents import as_json

    with _laid_down(body) as (path, header):
        session = _channel_map(path, header)
        report = report_recording(str(path), session)
        emg = [{**as_json(one), "recording": path.name} for one in muscle_emg(report)]
        return {"report": {**as_json(report), "recording": path.name}, "muscle_emg": emg}


def _channel_map(path: Path, header: dict[str, Any]) -> str | None:
    told = {name: header[name] for name in ("channels", "epochs", "stimulus", "angle") if header.get(name)}
    if not told:
        return None
    target = path.with_name("marked on the screen.json")
    document = {"channels": {}, "epochs": [], **told}
    target.write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML
    return str(target)


@contextmanager
def _laid_down(body: bytes) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Lay the uploaded file in a folder of its own; messages then name the file and not the folder."""
    header, content = unpack(body)
    name = PurePosixPath(header["name"].replace("\\", "/")).name.strip() or "recording"
    if len(name) > LONGEST_NAME or "\0" in name:
        raise InputError(f"the name of the recording has {len(name)} characters; give at most {LONGEST_NAME}")
    with tempfile.TemporaryDirectory(prefix="reprieve-emg-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            yield path, header
        except RecordingError as error:
            raise RecordingError(str(error).replace(folder + "/", "")) from None
        except ReprieveError:
            raise


def _as_int16(channel: Channel) -> tuple[NDArray[np.int16], float, float]:
    """The samples for drawing; what is stored in more than 16 bits is brought to its own range."""
    raw = channel.raw
    if raw.dtype == np.int16:
        return np.ascontiguousarray(raw, dtype="<i2"), channel.scale, channel.offset
    values = np.asarray(raw, dtype=np.float64)
    values = np.where(np.isfinite(values), values, 0.0)
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    middle, half = (low + high) / 2, (high - low) / 2 or 1.0
    step = half / LARGEST
    samples = np.round((values - middle) / step).astype("<i2")
    return samples, channel.scale * step, channel.offset + channel.scale * middle
