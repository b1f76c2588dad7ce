"""A face of known pose as the picture of a camera: a photograph on an ellipsoid with a nose, turned and drawn anew."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = (480, 640)
# Where the face lies in matplotlib's sample picture (Grace Hopper, U.S. Navy, public domain), looked up by eye.
MIDDLE, HALF_WIDTH, HALF_HEIGHT = (263.0, 175.0), 92.0, 150.0
NOSE = (258.0, 195.0)
ARGS = ["--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


def _photograph() -> NDArray[np.uint8]:
    import matplotlib
    from PIL import Image

    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return np.asarray(Image.open(path).convert("RGB"))


def rotation(turn: float, tilt: float, nod: float) -> NDArray[np.float64]:
    """Turned and tilted to the patient's left, bent forward; x to the viewer's right, y down, z towards the viewer."""
    a, b, c = np.radians([turn, tilt, -nod])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(c), -np.sin(c)], [0, np.sin(c), np.cos(c)]])
    about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def posed_face(turn: float, tilt: float, nod: float) -> NDArray[np.uint8]:
    """Return the face in that pose, on grey; seen without perspective."""
    from scipy import ndimage

    photograph = _photograph()
    fine = 3
    texture: NDArray[np.uint8] = np.asarray(ndimage.zoom(photograph, (fine, fine, 1), order=1), dtype=np.uint8)
    rows, columns = photograph.shape[0] * fine, photograph.shape[1] * fine
    y, x = np.indices((int(rows), int(columns)), dtype=np.float64) / fine
    inside = 1.0 - ((x - MIDDLE[0]) / HALF_WIDTH) ** 2 - ((y - MIDDLE[1]) / HALF_HEIGHT) ** 2
    head = inside > 0
    depth = np.sqrt(np.maximum(inside, 0.0)) * HALF_WIDTH * 1.05
    nose = ((x - NOSE[0]) / (0.13 * HALF_WIDTH)) ** 2 + ((y - NOSE[1]) / (0.22 * HALF_WIDTH)) ** 2
    depth += np.exp(-nose / 2.0) * 0.22 * HALF_WIDTH
    place = rotation(turn, tilt, nod) @ np.stack([x[head] - MIDDLE[0], y[head] - MIDDLE[1], depth[head]])
    column = np.round(place[0] + SIZE[1] / 2).astype(int)
    row = np.round(place[1] + SIZE[0] / 2).astype(int)
    seen = (column >= 0) & (column < SIZE[1]) & (row >= 0) & (row < SIZE[0])
    # What lies nearer is drawn later.
    order = np.argsort(place[2][seen], kind="stable")
    picture = np.full((*SIZE, 3), 119, np.uint8)
    picture[row[seen][order], column[seen][order]] = texture[head][seen][order]
    return picture


def posed_video(path: Path, turn: float, tilt: float, nod: float) -> None:
    """Write the pose as the film that Chromium takes for a camera."""
    from PIL import Image

    told = io.BytesIO()
    Image.fromarray(posed_face(turn, tilt, nod)).save(told, "JPEG", quality=92)
    path.write_bytes(told.getvalue() * 3)


def measured_by_page(playwright: Any, address: str, video: Path, patient: str | None = None) -> list[float]:
    """Return turn, tilt and nod as the page of the assessment measures them from the film."""
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=[*ARGS, f"--use-file-for-fake-video-capture={video}"]
    )
    try:
        context = browser.new_context(base_url=address, viewport={"width": 1000, "height": 900})
        context.set_default_timeout(90_000)
        page = open_camera(context, patient)
        page.get_by_role("button", name="Measure for ten seconds").click()
        page.locator("[data-axis=nod]").wait_for()
        axes = [page.locator(f"[data-axis={axis}]") for axis in ("turn", "tilt", "nod")]
        return [float(axis.get_attribute("data-degrees")) for axis in axes]
    finally:
        browser.close()


def open_camera(context: Any, patient: str | None = None) -> Any:
    """Allow the camera by the policy, and open it on the assessment of a patient; returns the page."""

    def post(path: str, body: dict[str, Any], key: str) -> None:
        answer = context.request.post(path, data=body, headers={"X-Reprieve": "1", "Idempotency-Key": key})
        assert answer.ok, answer.text()

    def sign_in(name: str) -> None:
        post("/api/sign-in", {"name": name, "password": "dystonia-2026"}, "sign-in-of-a-test")

    sign_in("administrator")
    policy = {**context.request.get("/api/policy").json(), "camera_posture": True}
    post("/api/policy", {"policy": policy, "reason": "a trial of the camera"}, "camera-allowed")
    sign_in("injector")
    if patient is None:
        rows = context.request.get("/api/today").json()["rows"]
        patient = next(row["patient_id"] for row in rows if row["condition"] == "cervical_dystonia")
    page = context.new_page()
    page.goto(f"/patients/{patient}/assess")
    page.get_by_role("button", name="Measure by the camera (research)").click()
    return page
