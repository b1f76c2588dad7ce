"""Head angles by the camera against pictures of known pose: how far each axis is off, in degrees.

Needs Chromium, matplotlib (its sample picture of a face, a work of the U.S. Navy, public domain) and the built screens.
The face is laid on an ellipsoid with a nose, turned by known angles, drawn anew and given to Chromium as the picture of
a camera; the page measures as it does in the clinic. One face on a plain head: it says what the geometry and the model
do, not how far they are off on patients.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(ROOT / "tests"))

POSES = [(0, 0, 0), (-30, 0, 0), (-20, 0, 0), (-10, 0, 0), (10, 0, 0), (20, 0, 0), (30, 0, 0)]
POSES += [(0, 20, 0), (0, -20, 0), (0, 0, 15), (0, 0, -15), (20, 10, -10)]


def main() -> None:
    """Print a row for each pose and the largest error of each axis, also without what is the face's own at rest."""
    from playwright.sync_api import sync_playwright
    from screenshots import demonstration

    from support.posed_face import measured_by_page, posed_video

    rows: list[tuple[tuple[int, int, int], NDArray[np.float64]]] = []
    with demonstration() as address, tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for number, pose in enumerate(POSES):
            video = Path(folder) / f"{number}.mjpeg"
            posed_video(video, *pose)
            told = measured_by_page(playwright, address, video)
            rows.append((pose, np.array(told)))
            print(f"{pose!s:>16} measured " + " ".join(f"{value:6.1f}" for value in told), flush=True)
    errors = np.array([told - np.array(pose) for pose, told in rows])
    near = [abs(pose[0]) <= 20 for pose, _ in rows]
    for name, part in (
        ("turned by up to 20 degrees", errors[near]),
        ("all poses", errors),
        ("all, the straight pose taken off", errors - errors[0]),
    ):
        print(f"{name}: largest error " + " ".join(f"{value:.1f}" for value in np.abs(part).max(axis=0)))


if __name__ == "__main__":
    main()
