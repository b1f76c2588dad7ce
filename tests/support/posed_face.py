"""Faces of known pose as the picture of a camera: other shapes, lights, glasses, distances, and a second face."""

from __future__ import annotations

import io
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = (480, 640)
HALF_WIDTH = 92.0
ARGS = ["--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


@dataclass(frozen=True, slots=True)
class Photograph:
    """A face seen from the front: where it lies in its picture, looked up by eye, in pixels."""

    path: Path
    middle: tuple[float, float]
    half_width: float
    half_height: float
    nose: tuple[float, float]
    eyes: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a head, a room and a phone add to a pose. Lengths are shares of half the width of the face.

    Attributes
    ----------
    wide, long, deep, nose : float
        Stretch across and along, depth of the head, height of the nose.
    light : tuple of float
        How far a surface darkens that is turned away from the light (0 to 1), and where the light stands: x, y, z.
    gain, noise : float
        Brightness, and standard deviation of a grain in grey levels.
    glasses, mirrored : bool
        Thick dark rims; the other side of the same face.
    distance : float
        From camera to face; infinite is a view without perspective. A face is about 7 cm half wide: 7 is half a metre.
    size : float
        Size in the picture.
    """

    wide: float = 1.0
    long: float = 1.0
    deep: float = 1.05
    nose: float = 0.22
    light: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    gain: float = 1.0
    noise: float = 0.0
    glasses: bool = False
    mirrored: bool = False
    distance: float = float("inf")
    size: float = 1.0


PLAIN = Look()
# A phone at arm's length that sees some 60 degrees along the longer side of its picture: 576 of 640 pixels.
FOCAL = 576.0


def at_arms_length(distance: float = 5.5, focal: float = FOCAL, **more: Any) -> Look:
    """Return a look as a camera of that focal length (in pixels) sees it; 5.5 half widths are some 40 cm."""
    return Look(distance=distance, size=focal / (HALF_WIDTH * distance), **more)


def hopper() -> Photograph:
    """Return matplotlib's sample picture (Grace Hopper, U.S. Navy, public domain)."""
    import matplotlib

    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return Photograph(path, (263.0, 175.0), 92.0, 150.0, (258.0, 195.0), ((222.0, 191.0), (307.0, 187.0)))


def collins(path: Path) -> Photograph:
    """Return scikit-image's sample picture (Eileen Collins, NASA, public domain); its face is not quite straight."""
    return Photograph(path, (226.0, 105.0), 55.0, 88.0, (223.0, 126.0), ((203.0, 101.0), (247.0, 103.0)))


def rotation(turn: float, tilt: float, nod: float) -> NDArray[np.float64]:
    """Turned and tilted to the patient's left, bent forward; x to the viewer's right, y down, z towards the viewer."""
    a, b, c = np.radians([turn, tilt, -nod])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(c), -np.sin(c)], [0, np.sin(c), np.cos(c)]])
    about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def posed_face(
    turn: float, tilt: float, nod: float, look: Look = PLAIN, photograph: Photograph | None = None
) -> NDArray[np.uint8]:
    """Return the face in that pose, on grey: a photograph on an ellipsoid with a nose, turned and drawn anew."""
    from scipy import ndimage

    face = photograph or hopper()
    pixels = _pixels(face, look)
    fine = max(3, math.ceil(3 * look.size * HALF_WIDTH / face.half_width))
    texture = np.asarray(ndimage.zoom(pixels, (fine, fine, 1), order=1), dtype=np.uint8)
    y, x = np.indices(texture.shape[:2], dtype=np.float64) / fine
    u, v = (x - face.middle[0]) / face.half_width, (y - face.middle[1]) / face.half_width
    high = face.half_height / face.half_width
    inside = 1.0 - u**2 - (v / high) ** 2
    head = inside > 0
    u, v, depth = u[head], v[head], np.sqrt(inside[head])
    side, down = (face.nose[0] - face.middle[0]) / face.half_width, (face.nose[1] - face.middle[1]) / face.half_width
    ridge = look.nose * np.exp(-(((u - side) / 0.13) ** 2 + ((v - down) / 0.22) ** 2) / 2.0)
    turned = rotation(turn, tilt, nod)
    flip = -1.0 if look.mirrored else 1.0
    solid = np.stack([flip * u * look.wide, v * look.long, depth * look.deep + ridge])
    normal = np.stack([flip * u / look.wide, v / high**2 / look.long, depth / look.deep])
    normal = turned @ (normal / np.linalg.norm(normal, axis=0))
    place = turned @ solid
    near = 1.0 if math.isinf(look.distance) else look.distance / (look.distance - place[2])
    scale = HALF_WIDTH * look.size
    column = np.round(place[0] * near * scale + SIZE[1] / 2).astype(int)
    row = np.round(place[1] * near * scale + SIZE[0] / 2).astype(int)
    seen = (column >= 0) & (column < SIZE[1]) & (row >= 0) & (row < SIZE[0])
    # What lies nearer is drawn later.
    order = np.argsort(place[2][seen], kind="stable")
    picture = np.full((*SIZE, 3), 119.0)
    colours = texture[head] * _shade(normal, look)[:, None]
    picture[row[seen][order], column[seen][order]] = colours[seen][order]
    picture = picture * look.gain + np.random.default_rng(0).normal(0.0, look.noise, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _pixels(face: Photograph, look: Look) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw

    picture = Image.open(face.path).convert("RGB")
    if look.glasses:
        draw, wide = ImageDraw.Draw(picture), face.half_width
        for x, y in face.eyes:
            box = (x - 0.3 * wide, y - 0.22 * wide, x + 0.3 * wide, y + 0.26 * wide)
            draw.ellipse(box, outline=(15, 15, 20), width=max(2, round(0.08 * wide)))
        (left, level), (right, other) = face.eyes
        line = (left + 0.3 * wide, level, right - 0.3 * wide, other)
        draw.line(line, fill=(15, 15, 20), width=max(2, round(0.06 * wide)))
    return np.asarray(picture)


def _shade(normal: NDArray[np.float64], look: Look) -> NDArray[np.float64]:
    strength, *where = look.light
    light = np.array(where) / np.linalg.norm(where)
    return 1.0 - strength * (1.0 - np.maximum(0.0, light @ normal))


def posed_video(path: Path, turn: float, tilt: float, nod: float) -> None:
    """Write the pose as the film that Chromium takes for a camera."""
    from PIL import Image

    told = io.BytesIO()
    Image.fromarray(posed_face(turn, tilt, nod, at_arms_length())).save(told, "JPEG", quality=92)
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
