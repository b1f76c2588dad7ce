"""Read an OpenSignals HDF5 file in a process of its own: run with its path, writes one line of JSON, then the samples.

Each channel comes after the other, a piece at a time.

A damaged file can hold the HDF5 library in an endless loop, or end it; nothing within the process can stop that.
"""

from __future__ import annotations

import json
import sys
from typing import Any

# No compression of HDF5 makes samples smaller than this; a damaged size could ask for any memory.
MOST_COMPRESSED = 1100
PIECE = 2**20


def plain(value: Any) -> Any:
    """Return an attribute as JSON has it."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def devices_of(file: Any) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return what the file says of each device and its channels, and their data sets in the same order."""
    devices: list[dict[str, Any]] = []
    samples: list[Any] = []
    for name, group in file.items():
        # h5py hands out None for a link whose target is damaged.
        if group is None or "raw" not in group:
            continue
        told = {key: plain(group.attrs[key]) for key in ("sampling rate", "resolution", "channels")}
        channels: list[dict[str, Any]] = []
        for channel in (one for one in group["raw"] if one.startswith("channel_")):
            data = group["raw"][channel]
            if data.nbytes > MOST_COMPRESSED * max(1, data.id.get_storage_size()):
                raise ValueError(f"{channel} announces {data.nbytes} bytes, more than the file can hold")
            words = {key: str(plain(data.attrs.get(key, ""))) for key in ("sensor", "label")}
            channels.append({"name": channel, "dtype": data.dtype.str, "count": int(data.size), **words})
            samples.append(data)
        told["device"] = str(plain(group.attrs.get("device", "")))
        devices.append({"name": name, "channels_read": channels, **told})
    return devices, samples


def main() -> None:
    """Write what the file holds; on any error the last line of stderr says which."""
    import h5py  # here: the rest can be read without it

    with h5py.File(sys.argv[1], "r") as file:
        devices, samples = devices_of(file)
        sys.stdout.buffer.write(json.dumps(devices).encode() + b"\n")
        for data in samples:
            for start in range(0, data.shape[0], PIECE):
                sys.stdout.buffer.write(data[start : start + PIECE].tobytes())


if __name__ == "__main__":
    main()
