"""Frame times of the EMG lanes in Chromium: `python benchmarks/emg_canvas.py [--lanes 16] [--samples 1000000]`.

Writes a recording of that size, opens it on the demonstration's EMG page, and measures the time between the browser's
frames and the script's own time in each while it plays, scrolls and zooms. Prints milliseconds, and the share of frames
that kept to 60 in a second; nothing is judged here, since a machine may be busy with other things.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
from screenshots import a_patient, demonstration, sign_in, start  # pyright: ignore[reportMissingImports]

RATE_HZ = 2000
FRAME_MS = 1000 / 60
# A frame that comes within half a frame of its time was kept.
KEPT_MS = 1.5 * FRAME_MS
MEASURE = """async ([keys, frames]) => {
  const box = document.querySelector('.emg-box'); box.focus();
  const gaps = [], work = [], seen = new Set(); let last = performance.now();
  for (let n = 0; n < frames; n += 1) {
    await new Promise(done => requestAnimationFrame(done));
    const now = performance.now(); gaps.push(now - last); last = now;
    if (keys.length) {
      const before = performance.now();
      box.dispatchEvent(new KeyboardEvent('keydown', {key: keys[n % keys.length], bubbles: true, cancelable: true}));
      // React answers a key in the next microtask: with it this is reading, drawing and painting together.
      await Promise.resolve(); await Promise.resolve();
      work.push(performance.now() - before);
      seen.add(box.getAttribute('aria-valuetext'));
    }
  }
  return {gaps: gaps.slice(1), work, views: seen.size};
}"""
TASKS = {
    "plays": [],
    "scrolls": ["ArrowRight"] * 20 + ["ArrowLeft"] * 20,
    "zooms": ["-"] * 8 + ["+"] * 8,
    "zooms, nearly all": ["+", "-"],
}


def recording(path: Path, lanes: int, samples: int) -> None:
    """Write an EDF of `lanes` channels of noise with bursts, one second a record."""
    rng = np.random.default_rng(8)
    records = samples // RATE_HZ
    fields = [
        [f"EMG {lane + 1}" for lane in range(lanes)],
        ["electrode"] * lanes,
        ["uV"] * lanes,
        ["-3276.8"] * lanes,
        ["3276.7"] * lanes,
        ["-32768"] * lanes,
        ["32767"] * lanes,
        [""] * lanes,
        [str(RATE_HZ)] * lanes,
        [""] * lanes,
    ]
    widths = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
    size = str(256 * (lanes + 1))
    head = "".join(
        text.ljust(width)
        for text, width in zip(
            (
                "0",
                "X X X X",
                "Startdate X X X X",
                "01.01.26",
                "00.00.00",
                size,
                "",
                str(records),
                "1",
            ),
            (8, 80, 80, 8, 8, 8, 44, 8, 8),
            strict=True,
        )
    )
    head += str(lanes).ljust(4)
    head += "".join(value.ljust(width) for values, width in zip(fields, widths, strict=True) for value in values)
    seconds = np.arange(records * RATE_HZ) / RATE_HZ
    raw = np.empty((records, lanes, RATE_HZ), dtype="<i2")
    for lane in range(lanes):
        burst = 1 + 8 * (np.sin(2 * np.pi * seconds / (3 + lane)) > 0.8)
        raw[:, lane, :] = (rng.normal(0, 120, seconds.size) * burst).astype("<i2").reshape(records, RATE_HZ)
    path.write_bytes(head.encode("ascii") + raw.tobytes())


def measured(page: Page, keys: list[str], frames: int) -> dict[str, Any]:
    """Return the gaps between frames and the script's time for each key, which has to have moved the picture."""
    told = page.evaluate(MEASURE, [keys, frames])
    if keys and told["views"] < 2:
        raise SystemExit("the keys moved nothing; nothing was measured")
    return told


def line(name: str, told: dict[str, Any]) -> str:
    """Return one row of the table."""
    gaps, work = np.array(told["gaps"]), np.array(told["work"])
    kept = float((gaps <= KEPT_MS).mean())
    text = f"{name:22} frames: median {np.median(gaps):5.1f} ms, 95 % {np.quantile(gaps, 0.95):5.1f} ms, "
    text += f"{kept:4.0%} kept to 60/s"
    if work.size:
        text += f"; script a key: median {np.median(work):4.1f} ms, 95 % {np.quantile(work, 0.95):4.1f} ms"
    return text


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lanes", type=int, default=16)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--frames", type=int, default=160)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, demonstration() as address, sync_playwright() as playwright:
        path = Path(folder) / "many.edf"
        recording(path, args.lanes, args.samples)
        browser = start(playwright)
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        sign_in(page, address, "injector")
        page.goto(f"{address}/patients/{a_patient(page, address)}/emg")
        before = page.evaluate("performance.now()")
        page.locator("input[type=file]").set_input_files(path)
        page.locator(".emg-canvas").wait_for(timeout=120_000)
        opened = page.evaluate("performance.now()") - before
        told = {}
        for name, keys in TASKS.items():
            if name == "plays":
                page.get_by_role("button", name="Play").click()
            if name == "scrolls":
                page.get_by_role("button", name="Freeze").click()
            if name == "zooms, nearly all":
                page.evaluate(MEASURE, [["-"], 12])
            told[name] = measured(page, list(keys), args.frames)
        browser.close()
    if args.json:
        print(json.dumps({"opened_ms": opened, "tasks": told}))
        return 0
    print(f"{args.lanes} lanes of {args.samples} samples: opened in {opened / 1000:.1f} s")
    for name, one in told.items():
        print(line(name, one))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
