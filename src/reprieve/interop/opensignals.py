"""OpenSignals (PLUX, BITalino) HDF5 and text files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError
from reprieve.interop.extras import need
from reprieve.interop.recording import Channel, Recording, plausible_rate
from reprieve.interop.stored import StoredSamples, forget_pages
from reprieve.interop.table_text import read_columns

# The maker's transfer function of its EMG sensor: 3 V supply, gain 1000 (datasheet biosignalsplux EMG).
# BITalino's is 3.3 V and gain 1009.
_SUPPLY_MV, _GAIN = 3000.0, 1000.0
_BITALINO_SUPPLY_MV, _BITALINO_GAIN = 3300.0, 1009.0
# A sound file takes a fraction of a second and a hundred times this speed.
_PATIENCE_S, _SLOWEST_BYTES_PER_S = 20.0, 1e6
# The samples of a larger file wait in a temporary one.
_HELD_BYTES = 2**26
NOTE = "mV from counts by the maker's transfer function of its EMG sensor; the file itself states no scale"


def read_opensignals_hdf5(path: str) -> Recording:
    """Return the recording in an OpenSignals HDF5 file; several devices become channels side by side.

    Raises
    ------
    RecordingError
        If the file is no HDF5 file or has not OpenSignals' layout.
    SetupError
        If h5py is not installed.
    """
    need("h5py", f"{path} (HDF5)")
    try:
        devices, content = _in_a_child(path)
        channels: list[Channel] = []
        names = [one["name"] for device in devices for one in device["channels_read"]]
        for device in devices:
            found, content = _device_channels(path, device, content)
            # Two devices may use the same port; the device then tells them apart.
            channels += [
                replace(one, name=f"{device['name']} {one.name}") if names.count(one.name) > 1 else one for one in found
            ]
    except RecordingError:
        raise
    except (KeyError, ValueError, TypeError, IndexError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
        raise RecordingError(f"{path}: not a readable OpenSignals file ({reason}); export the file again") from None
    if not channels:
        raise RecordingError(f"{path}: HDF5 without OpenSignals' raw/channel_N; give a file that OpenSignals wrote")
    notes = (NOTE,) if any(channel.unit == "mV" for channel in channels) else ()
    return Recording(path=path, format="OpenSignals HDF5", channels=tuple(channels), notes=notes)


def _in_a_child(path: str) -> tuple[list[dict[str, Any]], NDArray[np.uint8]]:
    """Return what the file says and its samples as bytes, read by a process that may hang or die of a damaged file.

    The samples of a large file wait in a temporary one.
    """
    # -P: the folder of the script, whose modules have plain names, stays out of the way.
    command = [sys.executable, "-P", str(Path(__file__).with_name("opensignals_child.py")), path]
    seconds = _PATIENCE_S + Path(path).stat().st_size / _SLOWEST_BYTES_PER_S
    with tempfile.TemporaryFile() as file:
        try:
            done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise RecordingError(
                f"{path}: the HDF5 library does not come to an end with this file; it is damaged, export it again"
            ) from None
        if done.returncode != 0:
            words = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["the HDF5 library gave up"]
            raise ValueError(words[-1])
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        line = file.readline()
        held = size <= _HELD_BYTES
        content = np.frombuffer(file.read(), np.uint8) if held else np.memmap(file, np.uint8, "r")[len(line) :]
    return json.loads(line), content


def _device_channels(
    path: str, device: dict[str, Any], content: NDArray[np.uint8]
) -> tuple[list[Channel], NDArray[np.uint8]]:
    """Return the channels of one device, and the bytes that are left for the next."""
    rate = plausible_rate(float(device["sampling rate"]), path)
    bits = [int(b) for b in np.atleast_1d(device["resolution"])]
    # The attribute 'resolution' follows the order of 'channels', not that of the names.
    order = [f"channel_{number}" for number in np.atleast_1d(device["channels"])]
    found: list[Channel] = []
    for one in device["channels_read"]:
        kind, name = np.dtype(one["dtype"]), one["name"]
        size = one["count"] * kind.itemsize
        if len(content) < size:
            raise ValueError(f"{name} ends too early")
        counts, content = _counts(content[:size], kind), content[size:]
        resolution = bits[order.index(name)] if name in order and len(bits) == len(order) else bits[0]
        hint = f"{one['sensor']} {one['label']} {device['device']}"
        found.append(counted_channel(name, counts, rate, resolution, one["sensor"], hint))
    return sorted(found, key=lambda channel: int(channel.name.split("_")[1])), content


def _counts(content: NDArray[np.uint8], kind: np.dtype[Any]) -> NDArray[np.generic] | StoredSamples:
    """Return the samples of one channel, in the byte order of the machine."""
    native = kind.newbyteorder("=")
    if not isinstance(content, np.memmap):
        return content.view(kind).astype(native, copy=False)

    def read(start: int, stop: int) -> NDArray[Any]:
        part = np.array(content[start * kind.itemsize : stop * kind.itemsize]).view(kind).astype(native, copy=False)
        forget_pages(content)
        return part

    return StoredSamples(len(content) // kind.itemsize, native, read)


def read_opensignals_text(path: str) -> Recording:
    """Return the recording in an OpenSignals text file, whose header is one line of JSON.

    Several devices stand side by side; where two call a channel alike, the name of the device goes before it.

    Raises
    ------
    RecordingError
        If header and columns do not belong together.
    """
    with open(path, encoding="utf-8", errors="replace") as file:
        lead = [line for line in (file.readline() for _ in range(3)) if line.startswith("#")]
    try:
        devices = [_device(str(name), one) for name, one in json.loads(lead[1].lstrip("# ")).items()]
        rates = [plausible_rate(one.rate_hz, path) for one in devices]
    except (IndexError, KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, RecordingError):
            raise
        devices = rates = []
    if not devices:
        raise RecordingError(
            f"{path}: the second line of an OpenSignals text file is a JSON header with 'sampling rate', 'column', "
            "'label' and 'resolution', this one is not; export the file again"
        )
    table = read_columns(path, sum(one.columns for one in devices))
    channels: list[Channel] = []
    labels = [label for one in devices for label in one.labels]
    done = 0
    for device, rate in zip(devices, rates, strict=True):
        done += device.columns
        # The labels name the analog channels, which are the last columns of a device.
        for i, label in enumerate(device.labels):
            name = f"{device.name} {label}" if labels.count(label) > 1 else label
            sensor, column = device.sensors[i], table[done - len(device.labels) + i]
            channels.append(counted_channel(name, column, rate, device.bits[i], sensor, f"{sensor} {device.kind}"))
    notes = (NOTE,) if any(channel.unit == "mV" for channel in channels) else ()
    return Recording(path=path, format="OpenSignals text", channels=tuple(channels), notes=notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Device:
    """What the header of a text file says of one device; labels, sensors and bits of its analog channels."""

    name: str
    kind: str
    rate_hz: float
    columns: int
    labels: tuple[str, ...]
    sensors: tuple[str, ...]
    bits: tuple[int, ...]


def _device(name: str, said: dict[str, Any]) -> _Device:
    labels = tuple(str(label) for label in said["label"])
    sensors = [str(sensor) for sensor in said.get("sensor", [])]
    bits = [int(b) for b in said["resolution"]]
    if not bits or len(labels) > len(list(said["column"])):
        raise ValueError("labels without a column or without a resolution")
    return _Device(
        name=name,
        kind=str(said.get("device", "")),
        rate_hz=float(said["sampling rate"]),
        columns=len(list(said["column"])),
        labels=labels,
        sensors=tuple((sensors + [""] * len(labels))[: len(labels)]),
        bits=tuple(bits[-len(labels) :] if len(bits) >= len(labels) else (bits * len(labels))[: len(labels)]),
    )


def counted_channel(
    name: str, counts: NDArray[np.generic] | StoredSamples, rate_hz: float, bits: int, sensor: str, hint: str
) -> Channel:
    """Return a channel of converter counts; in mV when the sensor is the maker's EMG sensor."""
    if not 1 <= bits <= 32:
        raise RecordingError(f"channel {name!r}: a resolution of {bits} bits; allowed are 1 to 32, check the header")
    full = 2.0**bits
    rail = (0.0, full - 1)
    if "EMG" not in sensor.upper():
        return Channel(name=name, unit="count", rate_hz=rate_hz, raw=counts, rail=rail, hint=hint)
    bitalino = "bitalino" in hint.lower()
    span = _BITALINO_SUPPLY_MV / _BITALINO_GAIN if bitalino else _SUPPLY_MV / _GAIN
    return Channel(
        name=name, unit="mV", rate_hz=rate_hz, raw=counts, scale=span / full, offset=-span / 2, rail=rail, hint=hint
    )
