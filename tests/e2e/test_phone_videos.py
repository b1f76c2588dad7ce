"""Short videos for comparing: kept in the browser alone, there again after a restart, played, deleted, never sent."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# A real film, made by the browser itself: a dot that moves over a canvas for half a second.
FILM = """async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
  const pen = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' });
  const parts = [];
  recorder.ondataavailable = event => parts.push(event.data);
  const stopped = new Promise(resolve => { recorder.onstop = resolve; });
  recorder.start();
  for (let x = 0; x < 12; x++) {
    pen.fillStyle = 'white'; pen.fillRect(0, 0, 64, 48); pen.fillStyle = 'red'; pen.fillRect(4 * x, 20, 8, 8);
    await new Promise(resolve => setTimeout(resolve, 40));
  }
  recorder.stop();
  await stopped;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""


def test_a_video_stays_on_the_phone(watched, tmp_path: Path) -> None:
    visit = watched(**PHONE)
    visit.sign_in("patient")
    page = visit.page
    page.goto("/phone")
    page.get_by_role("button", name="Take a video").wait_for()
    film = tmp_path / "film.webm"
    film.write_bytes(base64.b64decode(page.evaluate(FILM)))
    assert film.stat().st_size > 200
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
    page.get_by_label("Video file").set_input_files(film)
    page.get_by_role("button", name="Play the video of").wait_for()
    page.reload()
    page.get_by_role("button", name="Play the video of").click()
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")
    assert page.evaluate("document.querySelector('video').videoWidth") == 64
    assert max(sent, default=0) < 200  # nothing as large as the film left the page
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_role("button", name="Play the video of").wait_for(state="detached")
    page.reload()
    page.get_by_role("button", name="Take a video").wait_for()
    assert page.get_by_role("button", name="Play the video of").count() == 0
