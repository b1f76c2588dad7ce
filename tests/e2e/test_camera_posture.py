"""Head angles by the camera: a face of known pose before Chromium's camera, measured in the page, taken by a press."""

from __future__ import annotations

import pytest

from support.posed_face import ARGS, open_camera, posed_video

pytestmark = pytest.mark.browser


def test_a_turned_face_is_measured_in_the_page_and_taken_over(tmp_path, address: str) -> None:
    """Turned by 20 degrees to the patient's left; no request leaves the server or carries a picture."""
    pytest.importorskip("matplotlib", reason="the face comes with matplotlib")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    posed_video(tmp_path / "face.mjpeg", 20, 0, 0)
    film = f"--use-file-for-fake-video-capture={tmp_path / 'face.mjpeg'}"
    asked: list[tuple[str, str]] = []
    with api.sync_playwright() as playwright:
        from e2e.conftest import _chromium

        browser = playwright.chromium.launch(executable_path=_chromium(), args=[*ARGS, film])
        context = browser.new_context(base_url=address, locale="en-GB", viewport={"width": 1280, "height": 900})
        context.set_default_timeout(90_000)
        page = open_camera(context)
        page.on("request", lambda request: asked.append((request.method, request.url)))
        page.get_by_role("button", name="Measure for ten seconds").click()
        page.get_by_role("status").get_by_text("Measuring", exact=False).wait_for()
        page.locator("[data-axis=nod]").wait_for()
        told = {
            axis: float(page.locator(f"[data-axis={axis}]").get_attribute("data-degrees"))
            for axis in ("turn", "tilt", "nod")
        }
        assert abs(told["turn"] - 20) <= 10
        assert abs(told["tilt"]) <= 8
        assert abs(told["nod"]) <= 12
        assert "± 17°" in page.locator("[data-axis=turn]").inner_text()
        page.get_by_role("button", name="Take these angles, to the next 5°").click()
        page.locator(".camera").wait_for(state="detached")
        taken = 5 * round(told["turn"] / 5)
        assert page.get_by_label("Head turned to").input_value() == str(taken)
        assert page.get_by_text(f"{taken}° left").count() >= 1
        browser.close()
    assert all(url.startswith((address, "blob:", "data:")) for _, url in asked), asked
    assert [url for method, url in asked if method != "GET"] == []
