"""Head angles by the camera against pictures of known pose: how far each axis is off, in degrees, for many looks.

Needs Chromium, matplotlib (its sample picture of a face) and the built screens; `--second PATH` takes scikit-image's
`astronaut.png` as another face. A photograph is laid on an ellipsoid with a nose, turned by known angles, drawn anew
and shown to the page as the picture of a camera; the page measures as it does for people, with its clock sped up.
Real faces are no ellipsoids: it says what geometry, model, light and distance do, not how far off the angles are on
patients.
"""

from __future__ import annotations

import argparse
import base64
import io
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(ROOT / "tests"))

from support.posed_face import (  # noqa: E402
    ARGS,
    Look,
    Photograph,
    at_arms_length,
    collins,
    hopper,
    open_camera,
    posed_face,
)

POSES = [(0, 0, 0), (-30, 0, 0), (-15, 0, 0), (15, 0, 0), (30, 0, 0)]
POSES += [(0, 20, 0), (0, -20, 0), (0, 0, 15), (0, 0, -15), (20, 10, -10)]
SIDE_LIGHT, TOP_LIGHT = (0.7, -1.0, -0.3, 0.4), (0.7, 0.0, -1.0, 0.3)
LOOKS = {
    "as photographed": at_arms_length(),
    "its other side": at_arms_length(mirrored=True),
    "wider": at_arms_length(wide=1.15),
    "narrower": at_arms_length(wide=0.87),
    "longer": at_arms_length(long=1.12),
    "shorter": at_arms_length(long=0.9),
    "flatter head": at_arms_length(deep=0.85),
    "deeper head": at_arms_length(deep=1.25),
    "large nose": at_arms_length(nose=0.35),
    "small nose": at_arms_length(nose=0.12),
    "light from the side": at_arms_length(light=SIDE_LIGHT),
    "light from above": at_arms_length(light=TOP_LIGHT),
    "dim and grainy": at_arms_length(gain=0.35, noise=10.0),
    "thick dark rims": at_arms_length(glasses=True),
    "nearer": at_arms_length(4.5),
    "further away": at_arms_length(8.0),
    "a wider camera": at_arms_length(focal=470.0),
    "a narrower camera": at_arms_length(focal=760.0),
}
SECOND = ("as photographed", "its other side", "narrower", "deeper head", "light from the side", "thick dark rims")
CAMERA = """
(() => {
  const canvas = document.createElement("canvas");
  canvas.width = 640; canvas.height = 480;
  const brush = canvas.getContext("2d");
  let picture = null;
  setInterval(() => picture && brush.drawImage(picture, 0, 0), 40);
  window.showFace = async (text) => {
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    brush.drawImage(picture, 0, 0);
  };
  brush.fillRect(0, 0, 640, 480);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(25);
  const real = performance.now.bind(performance);
  performance.now = () => real() * 8;
})();
"""


def measured(page: Any, picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return turn, tilt and nod as the page tells them; NaN where it saw no face."""
    from PIL import Image

    told = io.BytesIO()
    Image.fromarray(picture).save(told, "PNG")
    page.evaluate("text => window.showFace(text)", base64.b64encode(told.getvalue()).decode())
    page.wait_for_timeout(150)  # the old picture has left the stream
    page.get_by_role("button", name="Measure").click()
    page.get_by_role("status").get_by_text("Measuring", exact=False).wait_for()
    page.get_by_role("status").get_by_text("Measuring", exact=False).wait_for(state="detached")
    axes = [page.locator(f"[data-axis={axis}]") for axis in ("turn", "tilt", "nod")]
    if not axes[0].count():
        return np.full(3, np.nan)
    return np.array([float(axis.get_attribute("data-degrees")) for axis in axes])


def main() -> None:
    """Print, for each look, what the straight face reads and the largest errors, also without the straight reading."""
    from playwright.sync_api import sync_playwright
    from screenshots import demonstration

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--second", type=Path, help="scikit-image's astronaut.png")
    second = parser.parse_args().second
    rows: list[tuple[str, Photograph, Look]] = [(name, hopper(), look) for name, look in LOOKS.items()]
    if second is not None:
        rows += [(f"second face, {name}", collins(second), LOOKS[name]) for name in SECOND]
    print(f"{'largest errors: turn, tilt, nod':<42}{'straight':>18}{'all':>18}{'turn to 15':>18}{'less straight':>18}")
    worst: list[NDArray[np.float64]] = []
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        context = browser.new_context(base_url=address, viewport={"width": 1000, "height": 900})
        context.set_default_timeout(90_000)
        context.add_init_script(CAMERA)
        page = open_camera(context)
        measured(page, posed_face(0, 0, 0, at_arms_length()))  # the model's first picture takes seconds
        for name, face, look in rows:
            found = np.array([measured(page, posed_face(*pose, look, face)) for pose in POSES])
            errors = found - np.array(POSES)
            worst.append(errors)
            print(f"{name:<42}{_three(found[0])}{_summary(errors)}", flush=True)
        browser.close()
    print(f"{'all looks':<42}{'':>18}{_summary(np.concatenate(worst))}")


def _summary(errors: NDArray[np.float64]) -> str:
    poses = np.resize(np.array(POSES), errors.shape)
    rest = np.repeat(errors[:: len(POSES)], len(POSES), axis=0)
    parts = (errors, errors[np.abs(poses[:, 0]) <= 20], errors - rest)
    lost = int(np.isnan(errors[:, 0]).sum())
    return "".join(_three(np.nanmax(np.abs(part), axis=0)) for part in parts) + (f"  no face: {lost}" if lost else "")


def _three(values: NDArray[np.float64]) -> str:
    return f"{' '.join(f'{value:5.1f}' for value in values):>18}"


if __name__ == "__main__":
    main()
