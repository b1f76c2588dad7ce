"""The live needle on the screen: refused in one line without a device, and shown as its figures come."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reprieve.app.emg import live as emg_live
from reprieve.app.emg.live_screen import live_lines
from reprieve.core.errors import RecordingError
from reprieve.interop.recordings import read_recording

pytestmark = pytest.mark.browser
NEEDLE = str(Path(__file__).parents[1] / "data" / "emg" / "needle_emgdb" / "emg_healthy.hea")


class Recorded:
    """A device that plays a real needle recording as fast as it is asked, and is then lost."""

    name, names, units = "recorded", ("A",), ("mV",)

    def __init__(self, _: str) -> None:
        channel = read_recording(NEEDLE).channels[0]
        self.rate_hz, self._left = channel.rate_hz, channel.values

    def pull(self):
        if not self._left.size:
            raise RecordingError("lsl:recorded: the stream was lost; start it again")
        part, self._left = self._left[None, :400], self._left[400:]
        return part, 0.01


def test_without_a_device_one_line_says_why(watched, cervical: str) -> None:
    """The server has no such stream, or not the library for it."""
    visit = watched(viewport={"width": 820, "height": 1180})
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/emg")
    page.get_by_label("Name of the stream").fill("nowhere")
    page.get_by_role("button", name="Listen").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    told = visit.context.request.get("/api/emg/live?source=lsl:nowhere").json()["error"]["message"]
    assert told in alert.inner_text()
    page.get_by_role("button", name="Listen").wait_for()


def test_figures_of_a_needle_are_shown(watched, cervical: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines that the server makes of a recording, sent by a stand-in for the amplifier's answer only."""
    monkeypatch.setattr(emg_live, "open_lsl", Recorded)
    lines = b"".join(live_lines("lsl:recorded"))
    figures = [json.loads(line) for line in lines.splitlines()]
    assert "the stream was lost" in figures.pop()["problem"]
    visit = watched(viewport={"width": 390, "height": 844})
    visit.sign_in("injector")
    page = visit.page
    page.route("**/api/emg/live?*", lambda route: route.fulfill(body=lines, content_type="application/x-ndjson"))
    page.goto(f"/patients/{cervical}/emg")
    page.get_by_label("Name of the stream").fill("recorded")
    page.get_by_role("button", name="Listen").click()
    page.get_by_text("the stream was lost", exact=False).wait_for()
    card = page.locator("section", has=page.get_by_role("heading", name="Needle, live"))
    shown = card.inner_text()
    newest = figures[-1]
    words = {
        "in_territory": "In an active part of the muscle",
        "near": "Near",
        "far": "Far",
        "active": "Active",
        "end_plate_noise": "End-plate noise",
        "silent": "Silent",
    }
    assert page.get_by_test_id("needle-verdict").inner_text() == words[newest["verdict"]]
    assert f"{newest['rms_uv']:.0f} µV" in shown
    drawn = card.locator(".needle-strip path").get_attribute("d").count("L") + 1
    assert drawn == len([one for one in figures if one["time_s"] > newest["time_s"] - 20])
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
