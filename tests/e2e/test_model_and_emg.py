"""The model beside the plan, the planner's options, and a recording looked at in the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.stimulated import write_stimulated

pytestmark = pytest.mark.browser
RECORDING = Path(__file__).parents[1] / "data" / "emg" / "made" / "biceps_bursts.edf"
WIDE = {"viewport": {"width": 1280, "height": 900}}


def test_a_plan_shows_its_expected_course_and_what_the_model_says(watched, cervical: str) -> None:
    """Curve, weakness and cut come from the server; a change of a dose is told until it is simulated anew."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/plan")
    page.get_by_role("button", name="Repeat last session").click()
    preview = page.locator("[data-testid=preview][data-of]")
    preview.locator("svg").wait_for(timeout=120_000)
    page.get_by_role("button", name="Simulate this plan").click()
    drawing = page.locator(".slice-lines")
    drawing.wait_for(timeout=60_000)
    doses = page.locator("input[name=units]").count()
    assert page.locator(".curves tbody tr").count() >= doses, "each dose has its line, shared ones have several"
    assert re.search(r"\d+ %", page.locator(".curves tbody tr").first.inner_text())
    assert page.get_by_role("img", name=re.compile("Weakness over the weeks")).count() == 1
    _mirror(page, drawing)
    # A dose from the keyboard: the curve follows by itself and says what it rests on, with the figures of the server.
    before = preview.get_attribute("data-of")
    with page.expect_response(re.compile("/preview$")) as answer:
        page.locator("input[name=units]").first.press("ArrowUp")
    page.wait_for_function(
        "old => ![null, old].includes(document.querySelector('[data-testid=preview]').dataset.of ?? null)", arg=before
    )
    told = answer.value.json()
    assert f"{round(told['person_weight'] * 100)} % of it rests on this person" in preview.inner_text()
    assert f"Ratings and entries used: {told['scores_used']}." in preview.inner_text()
    page.get_by_role("button", name="Simulate again").click()
    page.get_by_text("The plan changed since", exact=False).wait_for(state="detached", timeout=60_000)
    # The picture of the muscles says that it is of an earlier plan.
    page.locator("input[name=units]").first.press("ArrowUp")
    page.get_by_text("The plan changed since", exact=False).wait_for()
    page.get_by_role("button", name="Simulate again").click()
    page.get_by_text("The plan changed since", exact=False).wait_for(state="detached", timeout=60_000)


def _mirror(page, drawing) -> None:
    """In the cut the patient's right is on the viewer's left, as the words above it say."""
    assert page.locator(".slice .map-edges strong").all_inner_texts() == ["Patient's right", "Patient's left"]
    offsets = drawing.evaluate(
        """svg => { const box = svg.getBoundingClientRect(); const middle = (box.left + box.right) / 2;
        return [...svg.querySelectorAll('ellipse[data-side]')].filter(one => one.dataset.side).map(one => {
          const own = one.getBoundingClientRect();
          return [one.dataset.side, (own.left + own.right) / 2 - middle]; }); }"""
    )
    assert len(offsets) > 8
    assert all((offset < 0) == (side == "right") for side, offset in offsets if abs(offset) > 2)


def test_the_planners_options_say_what_they_change_and_fold_away(watched, cervical: str) -> None:
    """An option is taken with one press; each dose then has its reasons, and nothing was recorded."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    before = visit.get(f"/api/patients/{cervical}/chart")["drafts"]
    page.goto(f"/patients/{cervical}/plan")
    option = page.locator(".start-box").first
    option.wait_for(timeout=60_000)
    assert re.search(r"relief index \d+ %", option.inner_text())
    option.locator("button.start").click()
    page.locator("input[name=units]").first.wait_for()
    page.locator(".start-box").first.wait_for(state="detached")
    assert page.get_by_text("Why this dose").count() >= 1
    page.get_by_role("button", name=re.compile("Compare")).click()
    page.locator(".start-box").first.wait_for()
    assert visit.get(f"/api/patients/{cervical}/chart")["drafts"] == before


def test_a_recording_is_played_marked_and_added_to_the_assessment(watched, cervical: str) -> None:
    """Space plays and freezes, M marks, a drag is a stretch; the report is kept on a press only."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    known = len(visit.get(f"/api/patients/{cervical}/chart")["assessments"])
    page.goto(f"/patients/{cervical}/assess")
    page.locator("fieldset.posture").first.wait_for()
    postures = page.locator("fieldset.posture").count()
    page.get_by_role("link", name="EMG recording").click()
    page.locator("input[type=file]").set_input_files(RECORDING)
    canvas = page.locator(".emg-canvas")
    canvas.wait_for()
    _is_drawn(page)
    page.get_by_role("slider", name=re.compile("Recording")).focus()
    _space_plays_and_freezes(page)
    page.keyboard.press("m")
    page.get_by_text("Marks", exact=False).first.wait_for()
    box = canvas.bounding_box()
    _drag(page, box, 0.3, 0.5)
    page.get_by_role("button", name="Mark the stretch").click()
    page.get_by_text(re.compile(r"1 Rest, [\d.]+ – [\d.]+ s")).wait_for()
    page.get_by_label("Muscle of Biceps").press_sequentially("splenius capitis")
    page.get_by_label("Side of Biceps").select_option("left")
    page.get_by_role("button", name="Analyse", exact=True).click()
    page.get_by_role("heading", name="Channels").wait_for(timeout=60_000)
    assert "Biceps" in page.locator(".emg-report table").inner_text()
    assert len(visit.get(f"/api/patients/{cervical}/chart")["assessments"]) == known
    page.get_by_role("button", name="Add to today's assessment").click()
    page.get_by_text("Saved.").wait_for()
    newest = visit.get(f"/api/patients/{cervical}/chart")["assessments"][-1]
    assert [(one["muscle"], one["side"]) for one in newest["emg"]] == [("splenius_capitis", "left")]
    page.locator("input[type=file]").set_input_files(Path(__file__))
    page.get_by_role("alert").wait_for()
    assert "/tmp" not in page.get_by_role("alert").inner_text()
    # A recording is no examination: the next one begins with the postures of the last, not with none.
    page.goto(f"/patients/{cervical}/assess")
    page.locator("fieldset.posture").nth(postures - 1).wait_for()


def test_responses_to_a_stimulus_are_shown_where_its_marker_is_named(watched, cervical: str, tmp_path: Path) -> None:
    path = write_stimulated(tmp_path / "stimulated.edf")
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/emg")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_label("Marker at each stimulus of the nerve").select_option("stim")
    page.get_by_role("button", name="Analyse", exact=True).click()
    row = page.get_by_role("region", name="Responses to stimuli").get_by_role("row", name=re.compile("EDB"))
    row.wait_for(timeout=60_000)
    told = row.inner_text()
    assert re.search(r"2\.9\d|3(\.0\d?)?", told), told
    assert "mV" in told
    assert "none" in told, "there is no late wave in it"


def _is_drawn(page) -> None:
    """The signal is on the canvas, which the page paints after it has laid it out."""
    page.wait_for_function(
        """() => { const node = document.querySelector('.emg-canvas'); const pen = node.getContext('2d');
        const {data} = pen.getImageData(130, 2, node.width - 200, 40);
        let count = 0; for (let i = 3; i < data.length; i += 4) if (data[i] > 100) count += 1; return count > 300; }"""
    )


def _space_plays_and_freezes(page) -> None:
    slider = page.get_by_role("slider", name=re.compile("Recording"))
    at = float(slider.get_attribute("aria-valuenow"))
    page.keyboard.press("Space")
    page.get_by_role("button", name=re.compile("^Freeze")).wait_for()
    page.wait_for_function(
        "at => Number(document.querySelector('.emg-box').getAttribute('aria-valuenow')) > at + 0.1", arg=at
    )
    page.keyboard.press("Space")
    page.get_by_role("button", name=re.compile("^Play")).wait_for()
    assert page.get_by_role("button", name=re.compile("Sound is off")).count() == 1


def _drag(page, box: dict, start: float, end: float) -> None:
    page.mouse.move(box["x"] + box["width"] * start, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, box["y"] + 24, steps=5)
    page.mouse.up()
