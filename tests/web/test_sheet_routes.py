"""Sheets over the API: real PDFs, with the right words for the right reader."""

from __future__ import annotations

import pytest

from reprieve.app.sheets.injection import injection_data

pytest.importorskip("typst", reason="printing is an extra: reprieve[pdf]")

PLAN = {
    "product": "onabotulinumtoxinA",
    "indication": "cervical_dystonia",
    "jurisdiction": "US",
    "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "60", "sites": 2}],
}
BASE = "/api/patients/p-1/sheets"


def test_three_sheets_for_three_readers(signed_in) -> None:
    """Treatment room, referring doctor, patient; each is a PDF and each reading is in the record."""
    injector = signed_in("injector")
    for answer in (
        injector.post(f"{BASE}/injection.pdf", PLAN),
        injector.get(f"{BASE}/letter.pdf", params={"session": "session-p-1", "to": "Dr. Example"}),
        injector.get(f"{BASE}/patient.pdf"),
    ):
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
    told = {row.get("what") for row in signed_in("patient").get("/api/mine/readings").json()["rows"]}
    assert {"injection sheet", "letter", "patient's page"} <= told


def test_the_printed_check_counts_the_clinics_own_reviews(signed_in, monkeypatch) -> None:
    """A limit that the clinic lowered stands in the box of the printed sheet too, as on the screen."""
    printed: list[list[str]] = []

    def watched(chart, plan, findings):
        printed.append([finding.rule for finding in findings])
        return injection_data(chart, plan, findings)

    monkeypatch.setattr("reprieve.app.sheets.printing.injection_data", watched)
    injector = signed_in("injector")
    assert injector.post(f"{BASE}/injection.pdf", PLAN).status_code == 200
    row = {"row_id": "ona_us_cervical_dystonia.site_units", "verdict": "corrected", "value": "25"}
    assert injector.post("/api/reviews", {**row, "source": "label in hand, section 2.4"}).status_code == 201
    assert injector.post(f"{BASE}/injection.pdf", PLAN).status_code == 200
    before, after = printed
    assert "site_units_exceeded" not in before
    assert "site_units_exceeded" in after
    on_screen = injector.post("/api/check", PLAN).json()["findings"]
    assert sorted(after) == sorted(one["rule"] for one in on_screen)


def test_who_may_not_read_the_chart_may_not_print_it(signed_in) -> None:
    """Refusals are one line; a letter about somebody else's session is none."""
    assert signed_in("patient").get(f"{BASE}/patient.pdf").status_code == 403
    other = signed_in("injector").get(f"{BASE}/letter.pdf", params={"session": "session-p-2", "to": "Dr. Example"})
    assert other.status_code == 422
    assert "no such session" in other.json()["error"]["message"]
