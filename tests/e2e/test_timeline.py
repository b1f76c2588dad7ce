"""The time line: every dose has its figure, a rated change is said in words, no title reaches into the lanes."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def impressed(browser, address: str) -> str:
    """Return a patient with a session and an impression of change within the year."""
    context = browser.new_context(base_url=address)
    told = {"name": "injector", "password": "dystonia-2026"}
    assert context.request.post("/api/sign-in", data=told, headers={"X-Reprieve": "1"}).ok
    today = context.request.get("/api/today").json()
    since = f"{int(today['today'][:4]) - 1}{today['today'][4:]}"
    for row in today["rows"]:
        chart = context.request.get(f"/api/patients/{row['patient_id']}/chart").json()
        recent = [one for one in chart["ratings"] if one["scale"] == "pgic" and one["date"] > since]
        if recent and [one for one in chart["sessions"] if one["date"] > since]:
            context.close()
            return row["patient_id"]
    raise AssertionError("nobody of the demonstration rated a change within the year")


@pytest.mark.parametrize("width", [1280, 820])
def test_doses_and_rated_changes_are_told(watched, impressed: str, width: int) -> None:
    visit = watched(viewport={"width": width, "height": 900})
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{impressed}/chart")
    figures = page.locator(".session-units")
    figures.first.wait_for(state="attached")
    assert figures.first.is_visible(), "the doses stand there and are hidden"
    words = page.locator(".rating-label").all_text_contents()
    assert [one for one in words if one.startswith("+") and one.endswith(("better", "change"))], words


@pytest.mark.parametrize("language", ["English", "Deutsch", "Français"])
def test_titles_keep_clear_of_the_axis(watched, impressed: str, language: str) -> None:
    visit = watched(viewport={"width": 820, "height": 900})
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{impressed}/chart")
    page.get_by_label("Language").select_option(label=language)
    page.locator(".lane-title").first.wait_for(state="attached")
    page.wait_for_timeout(300)
    overlaps = page.evaluate(
        """() => {
            const box = (one) => one.getBoundingClientRect();
            const titles = [...document.querySelectorAll('.timeline text.lane-title, .timeline text.lane-sub')]
                .filter((one) => Number(one.getAttribute('x')) === 0);
            const figures = [...document.querySelectorAll('.timeline .grid text')];
            return titles.flatMap((a) => figures.filter((b) => {
                const [p, q] = [box(a), box(b)];
                return p.left < q.right && q.left < p.right && p.top < q.bottom - 2 && q.top < p.bottom - 2;
            }).map((b) => `${a.textContent} over ${b.textContent}`));
        }"""
    )
    assert not overlaps
    cut = page.evaluate(
        """() => {
            const edge = document.querySelector('#timeline-clip rect').getAttribute('x');
            return [...document.querySelectorAll('.timeline text.lane-title, .timeline text.lane-sub')]
                .filter((one) => Number(one.getAttribute('x')) === 0 && one.getBBox().width > Number(edge))
                .map((one) => one.textContent);
        }"""
    )
    assert not cut
