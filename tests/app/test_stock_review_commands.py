"""stock, recall, review, authorise and sheet as typed in a shell, on one record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reprieve.app.clinic import Clinic
from reprieve.app.demo.clinic import demo_charts
from reprieve.cli.main import main
from reprieve.store.engine import Database

ONA = "onabotulinumtoxinA"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("record") / "demo.db")
    database = Database(path)
    store = Clinic(database)
    store.import_charts(demo_charts(2026, store.today(), 2), clinic="clinic", by="test")
    database.close()
    return path


@pytest.fixture
def run(db: str, capsys: pytest.CaptureFixture[str]):
    def go(*words: str, code: int = 0, record: bool = True) -> Any:
        where = ["--db", db] if record else []
        assert main([*words, *where, "--json"]) == code
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return json.loads(told.out) if code != 2 else told.err

    return go


def test_stock_on_the_command_line(run, capsys, db: str) -> None:
    vials = run("stock", "receive", "--product", ONA, "--units", "100", "--lot", "Z9", "--expires", "2030-01-31",
                "--count", "3")["vials"]  # fmt: skip
    assert vials == ["Z9.001", "Z9.002", "Z9.003"]
    assert run("stock", "open", "Z9.001", "--patient", "demo-001", "--diluent-ml", "2") == {"vial": "Z9.001"}
    offer = run("stock", "offer", "--product", ONA, "--units", "80", "--patient", "demo-001")
    assert (offer["take"], offer["waste"]) == (["Z9.001"], "20")
    run("stock", "offer", "--product", ONA, "--units", "800", "--patient", "demo-001", code=1)
    assert run("stock", "waste", "Z9.002", "--reason", "lost")["wasted"] == "100"
    day = run("stock", "day", "--product", ONA, "--dose", "demo-001=60@09:00", "--date", "2026-12-01")
    assert day["waste"]["units"] == "40"
    assert run("stock", "close") == {"vials": ["Z9.001"]}
    (row,) = run("stock", "balance")["rows"]
    assert (row["received"], row["wasted"], row["on_hand"], row["difference"]) == ("300", "200", "100", "0")
    assert [one["vial_id"] for one in run("stock", "list")["rows"]] == ["Z9.003"]
    recalled = run("recall", "Z9")
    assert (recalled["patients"], recalled["received"]) == ([], 3)
    assert [(one["vial"], one["state"]) for one in recalled["vials"]] == [("Z9.003", "unopened")]
    for line, says in (
        (("stock", "waste", "Z9.009", "--reason", "lost"), "no vial 'Z9.009'"),
        (("stock", "day", "--product", ONA, "--dose", "demo-001:60"), "ID=UNITS@HH:MM"),
        (("stock", "receive", "--product", ONA, "--units", "abc"), "must be a number"),
        (("stock", "receive", "--product", "Botox", "--units", "100"), "write its nonproprietary name"),
    ):
        assert says in run(*line, code=2)
    for action in ("list", "balance"):
        assert main(["stock", action, "--db", db]) == 0
    assert main(["stock", "offer", "--product", ONA, "--units", "80", "--patient", "demo-001", "--db", db]) == 0
    assert main(["stock", "day", "--product", ONA, "--dose", "demo-001=60@09:00", "--db", db]) == 0
    assert main(["recall", "Z9", "--db", db]) == 0
    said = capsys.readouterr().out
    assert "Nobody got this lot" in said
    assert f"in the house: Z9.003, unopened, 100 units of {ONA}, expires " in said
    assert main(["recall", "Z8", "--db", db]) == 0
    assert "never had a vial of this lot: look on the shelves" in capsys.readouterr().out


def test_reviews_and_policy_on_the_command_line(run, capsys, db: str, tmp_path: Path) -> None:
    assert run("review", "policy", "--set", "second_person_for_reviews=always", "--set", "vials_shared=yes",
               "--set", "approval_hours=8", "--reason", "board")["approval_hours"] == 8  # fmt: skip
    row = "ona_us_cervical_dystonia.site_units"
    told = run("review", "correct", row, "--value", "40", "--source", "label in hand", "--by", "P. Harm")
    assert told["needs_second"]
    assert [one["state"] for one in run("review", "list")["rows"]] == ["waits_for_second"]
    assert "must not be the first" in run("review", "second", told["review_id"], "--by", "p. harm", code=2)
    run("review", "second", told["review_id"], "--by", "Dr. B")
    # 45 units in one site: under the shipped 50, above the clinic's own 40.
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({
        "product": ONA, "indication": "cervical_dystonia", "jurisdiction": "US",
        "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "45", "sites": 1}],
    }))  # fmt: skip
    assert "site_units_exceeded" not in {one["rule"] for one in run("check", str(plan), record=False)["findings"]}
    assert "site_units_exceeded" in {one["rule"] for one in run("check", str(plan), code=1)["findings"]}
    (shown,) = run("review", "rows", "ona", "us", "cervical", "site", "units")["rows"]
    assert (shown["value"], shown["review"]["value"], shown["review"]["second"]) == ("50", "40", "Dr. B")
    run("review", "take-back", told["review_id"], "--reason", "old leaflet")
    assert [one["state"] for one in run("review", "list")["rows"]] == ["taken_back"]
    assert run("review", "overrides", "--since", "2020-01-01", "--until", "2030-01-01")["rows"] == []
    for line, says in (
        (("review", "policy", "--set", "colour=blue", "--reason", "x"), "--set takes NAME=VALUE"),
        (("review", "policy", "--set", "vials_shared=perhaps", "--reason", "xxx"), "vials_shared"),
        (("review", "policy", "--set", "vials_shared=no"), "the reason for a change of the policy takes"),
        (("review", "confirm", "nothing", "--source", "label", "--by", "me"), "no reference row 'nothing'"),
        (("review", "overrides", "--since", "soon"), "--since must be a date"),
    ):
        assert says in run(*line, code=2)
    for words in (("rows", "abo"), ("list",), ("overrides",), ("policy",)):
        assert main(["review", *words, "--db", db]) == 0
    assert "second_person_rules: none" in capsys.readouterr().out


def test_packet_and_sheets_on_the_command_line(run, db: str, tmp_path: Path, capsys) -> None:
    packet = run("authorise", "--patient", "demo-001", "--pdf", str(tmp_path / "packet.pdf"))
    assert packet["missing"] == []
    assert (tmp_path / "packet.pdf").read_bytes().startswith(b"%PDF-")
    assert "already" in run("authorise", "--patient", "demo-001", "--pdf", str(tmp_path / "packet.pdf"), code=2)
    assert "not both" in run("authorise", code=2)
    assert main(["export", "--patient", "demo-001", "--db", db, "-o", str(tmp_path / "chart.json")]) == 0
    # The same packet from the chart document, without a record; its day lies before the first session.
    early = run("authorise", str(tmp_path / "chart.json"), "--on", "2020-01-01", code=1, record=False)
    assert "no session is on record here" in early["missing"]
    assert main(["authorise", "--patient", "demo-001", "--db", db]) == 0
    assert "J0585" in capsys.readouterr().out
    for kind, more in (("visit", ()), ("letter", ("--recipient", "Dr. Example")), ("patient", ())):
        file = tmp_path / f"{kind}.pdf"
        told = run("sheet", kind, "--patient", "demo-001", "-o", str(file), *more)
        assert told["bytes"] == len(file.read_bytes())
        assert file.read_bytes().startswith(b"%PDF-")
    assert "recipient" in run("sheet", "letter", "--patient", "demo-001", "-o", str(tmp_path / "x.pdf"), code=2)
    assert not (tmp_path / "x.pdf").exists()
    assert "no session" in run("sheet", "visit", "--patient", "demo-001", "--session", "s", "-o", "x.pdf", code=2)
    assert "no draft" in run("sheet", "injection", "--patient", "demo-001", "-o", "x.pdf", code=2)
    assert "no such patient" in run("sheet", "visit", "--patient", "nobody", "-o", "x.pdf", code=2)
