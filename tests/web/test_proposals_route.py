"""Proposals over the API: the engine's own, checked again by the route that the screen uses, and nothing recorded."""

from __future__ import annotations


def test_the_screen_gets_proposals_and_none_of_them_is_blocked(signed_in) -> None:
    injector = signed_in("injector")
    before = len(injector.get("/api/patients/p-1/history").json()["rows"])
    told = injector.get("/api/patients/p-1/proposals")
    assert told.status_code == 200, told.text
    body = told.json()
    assert [one["id"] for one in body["proposals"]] == ["best_expected", "smallest_change", "lowest_dose", "cautious"]
    for one in body["proposals"]:
        report = injector.post("/api/check", one["plan"]).json()
        assert report["verdict"] != "blocked"
        assert one["optimality_gap"] == 0
    assert len(injector.get("/api/patients/p-1/history").json()["rows"]) == before
    assert signed_in("patient").get("/api/patients/p-1/proposals").status_code in (403, 404)


def test_a_product_is_passed_on_and_a_brand_is_one_clear_line(signed_in) -> None:
    injector = signed_in("injector")
    switched = injector.get("/api/patients/p-1/proposals?product=abobotulinumtoxinA").json()
    assert switched["proposals"] == []
    assert switched["product_switch"]["to"] == "abobotulinumtoxinA"
    refused = injector.get("/api/patients/p-1/proposals?product=Botox")
    assert 400 <= refused.status_code < 500
    assert "onabotulinumtoxinA" in refused.text
