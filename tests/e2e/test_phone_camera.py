"""Head angles by the phone's camera: a face of known pose, kept offline, sent once, seen by the clinic as research."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.posed_face import ARGS, posed_video

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "en-GB"}
# Less than the page tells: this face, this light and this distance were tried.
ALLOWED = {"turn_deg": 8, "tilt_deg": 8, "nod_deg": 10}


def _sign_in(context, name: str) -> None:
    told = {"name": name, "password": "dystonia-2026"}
    assert context.request.post("/api/sign-in", data=told, headers={"X-Reprieve": "1"}).ok


def _collect(context, wanted: bool, key: str) -> None:
    """Set the clinic's policy on the phone's camera."""
    _sign_in(context, "administrator")
    policy = {**context.request.get("/api/policy").json(), "camera_at_home": wanted}
    body = {"policy": policy, "reason": "a study of postures"}
    assert context.request.post("/api/policy", data=body, headers={"X-Reprieve": "1", "Idempotency-Key": key}).ok


def test_a_tilted_face_is_measured_offline_and_arrives_once(tmp_path: Path, address: str) -> None:
    """The face is tilted by 15 degrees to its left; what goes over the line is angles, their error, and the method."""
    pytest.importorskip("matplotlib", reason="the face comes with matplotlib")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    from e2e.conftest import _chromium

    posed_video(tmp_path / "face.mjpeg", 0, 15, 0)
    film = f"--use-file-for-fake-video-capture={tmp_path / 'face.mjpeg'}"
    sent: list[dict] = []
    asked: list[str] = []
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=[*ARGS, film])
        try:
            context = browser.new_context(base_url=address, **PHONE)
            context.set_default_timeout(90_000)
            context.on("request", lambda request: asked.append(request.url))
            _collect(context, True, "camera-at-home-on")
            _sign_in(context, "patient")
            patient = context.request.get("/api/me").json()["patient_id"]
            page = context.new_page()
            page.on("request", lambda request: sent.append(_body(request)) if "head-angles" in request.url else None)
            page.goto("/phone")
            card = page.get_by_role("region", name="How my head is held")
            card.wait_for()
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            page.reload()
            card.wait_for()
            assert not [url for url in asked if "/face" in url], "nobody asked for the model"
            # Once with a connection, so that the phone has the model; then without one.
            card.get_by_role("button", name="Open the camera").click()
            card.get_by_role("button", name="Measure for ten seconds").wait_for()
            card.get_by_role("button", name="Close the camera").click()
            context.set_offline(True)
            page.reload()
            card.get_by_role("button", name="Open the camera").click()
            card.get_by_role("button", name="Measure for ten seconds").click()
            card.locator("[data-axis=nod]").wait_for()
            shown = float(card.locator("[data-axis=tilt]").get_attribute("data-degrees"))
            assert abs(shown - 15) <= ALLOWED["tilt_deg"]
            assert "give or take 17°" in card.locator("[data-axis=tilt]").inner_text()
            card.get_by_role("button", name="Keep the three angles").click()
            card.get_by_text("Kept on this phone. It is sent later.").wait_for()
            page.get_by_text("1 not sent yet", exact=False).wait_for()
            sent.clear()
            context.set_offline(False)
            page.get_by_text("not sent yet", exact=False).wait_for(state="detached")
            arrived = [body for body in sent if body]
            assert len(arrived) == 1
            _collect(context, False, "camera-at-home-off")
            _sign_in(context, "injector")
            rows = context.request.get(f"/api/patients/{patient}/chart").json()["head_angles"]
            assert len(rows) == 1
            assert set(rows[0]) == set(arrived[0])
            expected = {"turn_deg": 0, "tilt_deg": 15, "nod_deg": 0}
            for name, value in expected.items():
                assert abs(float(rows[0][name]) - value) <= ALLOWED[name]
            _seen_in_the_clinic(browser, context, address, patient)
        finally:
            browser.close()
    assert all(url.startswith((address, "blob:", "data:")) for url in asked), asked


def _body(request) -> dict:
    """Return what a request carries, and that it is short: a picture would not fit."""
    text = request.post_data or "{}"
    assert len(text) < 600
    return json.loads(text)


def _seen_in_the_clinic(browser, context, address: str, patient: str) -> None:
    wide = browser.new_context(
        base_url=address, locale="en-GB", viewport={"width": 1280, "height": 900}, storage_state=context.storage_state()
    )
    wide.set_default_timeout(60_000)
    page = wide.new_page()
    page.goto(f"/patients/{patient}/since")
    card = page.get_by_role("region", name="Head angles from the phone")
    card.get_by_text("Research:", exact=False).wait_for()
    assert "± 17°" in card.inner_text()
    page.goto(f"/patients/{patient}/chart")
    page.locator(".timeline svg").get_by_text("left, forward", exact=True).wait_for()
    wide.close()
