"""Peak memory of the EMG report on long recordings: 16 channels at 2 kHz, as EDF.

Run: python benchmarks/emg_memory.py [hours ...] (4 and 24 unless told; an hour takes 230 MB of disk). The file goes to
the folder of temporary files and is removed; each report is made in a fresh process.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reprieve.app.emg.channels import ChannelMap, Epoch
from reprieve.app.emg.recording import report_with_traces
from reprieve.emg.simulate import shaped_noise

CHANNELS, RATE, PIECE_S = 16, 2000, 300
MUSCLES = (
    "splenius_capitis",
    "sternocleidomastoid",
    "trapezius_descending",
    "levator_scapulae",
    "semispinalis_capitis",
    "biceps_brachii",
    "triceps_brachii",
    "flexor_carpi_radialis",
)


def report(path: str, hours: float) -> None:
    """Make the report with every channel mapped to a muscle, posture for most of the time and efforts for the rest."""
    entries = {f"c{i}": {"muscle": MUSCLES[i // 2], "side": ("left", "right")[i % 2]} for i in range(CHANNELS)}
    epochs = (
        Epoch(kind="posture", start_s=0, stop_s=3000 * hours),
        Epoch(kind="maximal", start_s=3000 * hours, stop_s=3600 * hours),
    )
    found, _ = report_with_traces(path, ChannelMap(entries=entries, epochs=epochs))
    assert len(found.pairs) == 120
    assert sum(one.score.score is not None for one in found.muscles) == CHANNELS


def write_edf(path: Path, hours: float) -> None:
    """Write efforts of three seconds every seven, RMS 150 over 5 uV, in pieces that repeat with another gain."""
    rng, count = np.random.default_rng(0), PIECE_S * RATE
    seconds = np.arange(count) / RATE
    rows = [shaped_noise(count, RATE, rng) * (5 + 145 * ((seconds + 0.3 * c) % 7 < 3)) for c in range(CHANNELS)]
    # Records of a second: of each channel its samples, one channel after the other.
    piece = np.array(rows).reshape(CHANNELS, PIECE_S, RATE).transpose(1, 0, 2)
    with path.open("wb") as file:
        file.write(_header(round(3600 * hours)))
        done, records = 0, round(3600 * hours)
        while done < records:
            part = piece[: records - done] * (1 + 0.2 * rng.random())
            file.write(np.clip(part * 16, -32768, 32767).astype("<i2").tobytes())
            done += len(part)


def _header(records: int) -> bytes:
    def fields(texts: Sequence[object], width: int) -> bytes:
        return b"".join(str(text).ljust(width).encode() for text in texts)

    head = fields(["0"], 8) + fields([""], 160) + fields(["01.01.26", "00.00.00", 256 * (CHANNELS + 1)], 8)
    head += fields([""], 44) + fields([records, 1], 8) + fields([CHANNELS], 4)
    columns: list[tuple[Sequence[object], int]] = [([f"c{i}" for i in range(CHANNELS)], 16), ([""] * CHANNELS, 80)]
    columns += [([value] * CHANNELS, 8) for value in ("uV", -2048, 2047.938, -32768, 32767)]
    columns += [([""] * CHANNELS, 80), ([RATE] * CHANNELS, 8), ([""] * CHANNELS, 32)]
    return head + b"".join(fields(texts, width) for texts, width in columns)


def main() -> None:
    """Print a line for each length."""
    hours = [float(text) for text in sys.argv[1:]] or [4.0, 24.0]
    print(
        "| hours | EDF, MB | in float32, MB | peak, MB | of it libraries, MB | CPU s |\n"
        "| --- | --- | --- | --- | --- | --- |"
    )
    for each in hours:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "long.edf")
            write_edf(path, each)
            size = path.stat().st_size / 2**20
            bare, full = _measured(), _measured(str(path), str(each))
        print(
            f"| {each:g} | {size:.0f} | {2 * size:.0f} | {full['peak_kb'] / 1024:.0f} | {bare['peak_kb'] / 1024:.0f} | "
            f"{full['cpu_s'] - bare['cpu_s']:.0f} |",
            flush=True,
        )


def _measured(*arguments: str) -> dict[str, float]:
    """Return the peak and the CPU time of this script in a fresh process, which makes a report if it has arguments."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        if sys.argv[2:]:
            report(sys.argv[2], float(sys.argv[3]))
        # VmHWM begins anew with the process; ru_maxrss would carry over what the parent used.
        peak = re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]
        print(json.dumps({"peak_kb": int(peak), "cpu_s": time.process_time()}))
    else:
        main()
