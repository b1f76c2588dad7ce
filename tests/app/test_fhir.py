"""FHIR out of a store and into another: the same record, once, checked, with one clear line where it cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.app.demo.clinic import demo_charts
from reprieve.app.fhir.bundles import FhirImport, export_resources, import_batch, read_source
from reprieve.app.fhir.records import record_of_events
from reprieve.cli.main import main
from reprieve.core.errors import ConflictError, DocumentError, InputError, ReprieveError, UnitsError
from reprieve.interop.fhir.bundle import collection, collection_text
from reprieve.interop.fhir.json_text import read_json, write_json
from reprieve.interop.fhir.kinds import HISTORY
from reprieve.interop.fhir.profile.example import example_record
from reprieve.interop.fhir.record import FhirRecord, write_record
from reprieve.record.chart import Appointment, DiaryEntry
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.engine import Database

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def new_store(new_target: Callable[[], str]) -> Iterator[Callable[[], Clinic]]:
    opened: list[Database] = []

    def make() -> Clinic:
        opened.append(Database(new_target()))
        return Clinic(opened[-1], clock=lambda: NOW)

    yield make
    for database in opened:
        database.close()


def file_of(tmp_path: Path, record: FhirRecord, name: str = "bundle.json") -> str:
    """Write a record as a Bundle."""
    path = tmp_path / name
    path.write_text(write_json(collection(write_record(record))), encoding="utf-8")
    return str(path)


def brought_in(store: Clinic, source: str, **more: Any) -> FhirImport:
    """Import a file."""
    return import_batch(store, read_source(source), by="tester", **more)


def told(store: Clinic, patient: str) -> FhirRecord:
    """Return the record of a patient."""
    return record_of_events(store.ledger.events_of(DEFAULT_CLINIC, patient))


def test_the_whole_record_goes_through(new_store: Callable[[], Clinic], tmp_path: Path) -> None:
    first, second = new_store(), new_store()
    record = replace(example_record(), deceased=date(2026, 11, 1))
    done = brought_in(first, file_of(tmp_path, record))
    assert (done.patients, done.kept, done.remarks) == (("example",), 0, ())
    assert told(first, "example") == record
    out = tmp_path / "again.json"
    out.write_text(write_json(collection(export_resources(first, None, by="tester"))), encoding="utf-8")
    again = brought_in(second, str(out))
    # Everything is the same; who wrote and read in the first record is kept as it is beside it.
    there = told(second, "example")
    assert replace(there, kept=()) == record
    kinds = {json.loads(entry.text)["resourceType"] for entry in there.kept}
    assert kinds == {"Provenance", "AuditEvent", "Encounter", "RiskAssessment"}
    assert again.kept == len(there.kept) == len(again.remarks)
    # A third record takes what the second gives: what is derived there has no id twice.
    given = list(export_resources(second, None, by="tester"))
    assert len({(row["resourceType"], row["id"]) for row in given}) == len(given)


def test_a_bundle_in_pieces_is_the_same_bundle(new_store: Callable[[], Clinic]) -> None:
    store = new_store()
    store.import_charts(demo_charts(7, store.today(), 3), clinic=DEFAULT_CLINIC, by="demo")
    resources = list(export_resources(store, None, by="tester"))
    for at in (None, datetime(2026, 11, 27, 12, 0, tzinfo=UTC)):
        for some in (resources, resources[:1], []):
            pieces = list(collection_text(iter(some), at))
            assert "".join(pieces) == write_json(collection(some, at))
            assert len(pieces) >= len(some), "one after the other, for a clinic does not fit into memory"


def test_what_cannot_be_exported_leaves_nothing_behind(
    new_store: Callable[[], Clinic], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = new_store()
    for words in (["fhir", "export", "--patient", "nobody"], ["export", "--patient", "nobody"]):
        for place in ([], ["-o", str(tmp_path / "out.json")]):
            assert main([*words, *place, "--db", store.database.target]) == 2
            told = capsys.readouterr()
            assert told.out == ""
            assert told.err.count("\n") == 1
            assert not (tmp_path / "out.json").exists()


def test_visits_shares_and_forecast_stand_beside_the_record(new_store: Callable[[], Clinic]) -> None:
    import importlib

    from reprieve.app.fhir.records import resources_of_patient
    from reprieve.app.forecast import forecast_chart
    from reprieve.app.record.shares import ShareWish, grant_share, revoke_share
    from reprieve.interop.fhir.bindings import wrong_codes

    store = new_store()
    chart = demo_charts(7, store.today(), 1)[0]
    store.import_charts([chart], clinic=DEFAULT_CLINIC, by="demo")
    patient, person = chart.patient.id, Person(DEFAULT_CLINIC, "Dr. A", Role.INJECTOR)
    open_one, gone = (grant_share(store, person, patient, ShareWish(for_whom=who), None) for who in ("Dr. B", "Dr. C"))
    revoke_share(store, person, patient, gone.answer["share_id"], None)
    told: dict[str, list[Any]] = {}
    for resource in resources_of_patient(store, DEFAULT_CLINIC, patient):
        told.setdefault(resource["resourceType"], []).append(resource)
        if resource["resourceType"] in ("Encounter", "Consent", "RiskAssessment"):
            kind = resource["resourceType"]
            module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
            getattr(module, kind).model_validate_json(write_json(resource))
            assert wrong_codes(resource) == []
    sessions = {f"Procedure/{row['id']}" for row in told["Procedure"] if "usedCode" in row}
    assert {row["diagnosis"][0]["condition"]["reference"] for row in told["Encounter"]} == sessions
    assert len(sessions) == len(chart.sessions)
    by_whom = {row["provision"]["actor"][0]["reference"]["display"]: row["status"] for row in told["Consent"]}
    assert by_whom == {"Dr. B": "active", "Dr. C": "inactive"}
    assert open_one.answer["secret"] not in write_json(told["Consent"][0])
    forecast = forecast_chart(chart, on=store.today())
    (assessment,) = told["RiskAssessment"]
    assert assessment["status"] == "preliminary"
    faded = [row["probabilityDecimal"] for row in assessment["prediction"] if "probabilityDecimal" in row]
    assert [float(percent) for percent in faded] == [pytest.approx(float(forecast.faded_share) * 100)]
    whens = [row["whenPeriod"] for row in assessment["prediction"]]
    assert {"start": str(forecast.wear_off.low), "end": str(forecast.wear_off.high)} in [
        {name: str(day) for name, day in when.items()} for when in whens
    ]


def test_the_demo_clinic_goes_through_a_bulk_folder(new_store: Callable[[], Clinic], tmp_path: Path) -> None:
    from reprieve.interop.fhir.bulk import write_folder

    first, second = new_store(), new_store()
    charts = demo_charts(7, TODAY, 2)
    first.import_charts(charts, clinic=DEFAULT_CLINIC, by="demo")
    write_folder(export_resources(first, None, by="tester", history=False), tmp_path / "bulk", NOW)
    done = brought_in(second, str(tmp_path / "bulk"))
    assert done.kept == 0
    for chart in charts:
        assert second.view(DEFAULT_CLINIC, chart.patient.id).chart == first.view(DEFAULT_CLINIC, chart.patient.id).chart


def test_ids_stay_the_same_when_an_entry_is_corrected(new_store: Callable[[], Clinic], tmp_path: Path) -> None:
    store = new_store()
    brought_in(store, file_of(tmp_path, example_record()))
    before = {(r["resourceType"], r["id"]) for r in export_resources(store, "example", by="tester", history=False)}
    old = next(e for e in store.ledger.events_of(DEFAULT_CLINIC, "example") if e.kind is EventKind.DIARY_ENTERED)
    body = DiaryEntry(date=date(2026, 3, 12), severity=Decimal(7))
    new = Event(
        id="correction", kind=old.kind, clinic=old.clinic, patient="example", by="t", at=NOW, body=body, replaces=old.id
    )
    store.append([new])
    resources = list(export_resources(store, "example", by="tester"))
    after = {(r["resourceType"], r["id"]) for r in resources if r["resourceType"] not in HISTORY.values()}
    assert after == {key for key in before if key[0] != "Provenance"}
    diary = next(r for r in resources if r["resourceType"] == "QuestionnaireResponse")
    changes = [r for r in resources if r.get("target") == [{"reference": f"QuestionnaireResponse/{diary['id']}"}]]
    assert [("entity" in change) for change in changes] == [False, True]


def test_a_clash_of_ids_changes_nothing(new_store: Callable[[], Clinic], tmp_path: Path) -> None:
    store = new_store()
    source = file_of(tmp_path, example_record())
    brought_in(store, source)
    head = store.ledger.head()
    with pytest.raises(ConflictError, match="may mean somebody else; nothing was imported") as caught:
        brought_in(store, source)
    assert "\n" not in str(caught.value)
    assert store.ledger.head() == head
    assert brought_in(store, source, new_patient_id="example-2").patients == ("example-2",)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"diary": (DiaryEntry(date=TODAY + timedelta(days=3)),)}, InputError, "diary 1: .*lies ahead of today"),
        ({"diary": (DiaryEntry(date=date(1960, 1, 1)),)}, InputError, "before the patient's birth"),
        ({"diary": (DiaryEntry(date=date(2026, 10, 1), severity=Decimal(11)),)}, InputError, "between 0 and 10"),
        ({"diary": (DiaryEntry(date=date(2026, 11, 2)),)}, ConflictError, "died on 2026-11-01"),
    ],
)
def test_what_cannot_be_true_is_refused(
    change: dict[str, Any],
    error: type[ReprieveError],
    words: str,
    new_store: Callable[[], Clinic],
    tmp_path: Path,
) -> None:
    store = new_store()
    record = example_record()
    record = replace(record, chart=replace(record.chart, **change), deceased=date(2026, 11, 1))
    with pytest.raises(error, match=words) as caught:
        brought_in(store, file_of(tmp_path, record))
    assert "\n" not in str(caught.value)
    assert store.ledger.head()[0] == 0


def test_sessions_are_checked_too(new_store: Callable[[], Clinic], tmp_path: Path) -> None:
    record = example_record()
    ahead = replace(record.chart.sessions[0], date=TODAY + timedelta(days=9))
    with pytest.raises(InputError, match=r"session of 2026-12-05: .*lies ahead"):
        brought_in(new_store(), file_of(tmp_path, replace(record, chart=replace(record.chart, sessions=(ahead,)))))
    # What is booked may lie ahead.
    booked = replace(record, chart=replace(record.chart, appointments=(Appointment(date=TODAY + timedelta(days=90)),)))
    assert brought_in(new_store(), file_of(tmp_path, booked, "b.json")).patients == ("example",)


def test_another_products_unit_records_nothing(new_store: Callable[[], Clinic], tmp_path: Path) -> None:
    store = new_store()
    text = Path(file_of(tmp_path, example_record())).read_text()
    wrong = tmp_path / "wrong.json"
    wrong.write_text(text.replace('"code":"U-ona"', '"code":"U-abo"', 1))
    with pytest.raises(UnitsError, match="units of abobotulinumtoxinA"):
        brought_in(store, str(wrong))
    assert store.ledger.head()[0] == 0


def test_foreign_resources_survive_two_records(new_store: Callable[[], Clinic], tmp_path: Path) -> None:
    patient = {"resourceType": "Patient", "id": "p9", "name": [{"family": "Sample"}], "photo": [{"title": "x"}]}
    more = [
        {"resourceType": "Encounter", "id": "e", "status": "planned", "subject": {"reference": "Patient/p9"}},
        {"resourceType": "Device", "id": "d", "lotNumber": "1.50", "extension": [{"url": "x", "valueDecimal": 1}]},
        {"resourceType": "Organization", "id": "o", "name": "Elsewhere"},
    ]
    other = {"resourceType": "Patient", "id": "p10"}
    source = tmp_path / "foreign.json"
    source.write_text(
        write_json(collection([patient, other, *more])).replace('"valueDecimal":1', '"valueDecimal":1.500')
    )
    first, second = new_store(), new_store()
    done = brought_in(first, str(source))
    assert done.kept == 4
    again = tmp_path / "again.json"
    again.write_text(write_json(collection(export_resources(first, None, by="t", history=False))))
    brought_in(second, str(again))
    assert told(second, "p9").kept == told(first, "p9").kept
    assert [entry.resource_type for entry in told(first, "p9").kept] == ["Patient", "Encounter"]
    from reprieve.app.fhir.records import kept_of_clinic

    kept = list(kept_of_clinic(second, DEFAULT_CLINIC))
    assert [entry.resource_type for entry in kept] == ["Device", "Organization"]
    assert "1.500" in kept[0].text


@pytest.mark.parametrize("text", ["", "{", '{"resourceType":"Bundle","type":"collection"}', "[]", "x\ny"])
def test_an_import_without_patient_is_one_line(text: str, new_store: Callable[[], Clinic], tmp_path: Path) -> None:
    source = tmp_path / "bad.json"
    source.write_text(text)
    with pytest.raises(DocumentError) as caught:
        brought_in(new_store(), str(source))
    assert "\n" not in str(caught.value)


class TestCommand:
    """The command line, end to end."""

    def run(self, *arguments: str) -> int:
        return main(["fhir", *arguments])

    def test_charts_to_fhir_and_back(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        from reprieve.app.documents import parse
        from reprieve.app.transfer.charts import document_lines
        from reprieve.record.chart import Chart

        charts = demo_charts(3, TODAY, 2)
        source = tmp_path / "charts.jsonl"
        source.write_text("\n".join(document_lines(iter(charts))))
        assert self.run("export", str(source), "-o", str(tmp_path / "b.json")) == 0
        assert self.run("import", str(tmp_path / "b.json"), "--to-charts") == 0
        lines = capsys.readouterr().out.splitlines()
        assert [parse(Chart, line) for line in lines] == charts

    def test_from_store_to_store(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        one, two = str(tmp_path / "one.db"), str(tmp_path / "two.db")
        source = file_of(tmp_path, example_record())
        assert self.run("import", source, "--db", one) == 0
        assert self.run("export", "--all", "--db", one, "--bulk", str(tmp_path / "bulk"), "--json") == 0
        assert self.run("import", str(tmp_path / "bulk"), "--db", two, "--json") == 0
        out = capsys.readouterr().out
        assert '"patients": [\n    "example"\n  ]' in out
        assert self.run("export", "--patient", "example", "--db", two, "--no-history") == 0
        bundle = read_json(capsys.readouterr().out, "out")
        first = write_json(write_record(example_record()))
        assert {e["resource"]["resourceType"] for e in bundle["entry"]} >= {
            r["resourceType"] for r in read_json(first, "first")
        }

    def test_what_has_no_place_in_a_chart_goes_to_a_file(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        source = tmp_path / "b.json"
        device = {"resourceType": "Device", "id": "d"}
        source.write_text(write_json(collection([*write_record(example_record()), device])))
        assert self.run("import", str(source), "--to-charts") == 0
        assert "1 resources have no place in a chart document" in capsys.readouterr().err
        assert self.run("import", str(source), "--to-charts", "--kept", str(tmp_path / "kept.ndjson")) == 0
        assert json.loads((tmp_path / "kept.ndjson").read_text()) == device

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["export"], "give one of"),
            (["export", "x.json", "--all"], "give one of"),
            (["import", "nowhere.json"], "cannot read"),
            (["export", "--all", "--db", "nowhere/x.db"], "there is no store"),
            (["import", "-", "--kept", "x"], "--kept goes with"),
            (["export", "--patient", "x", "--bulk", "a", "-o", "b"], "give one"),
        ],
    )
    def test_bad_arguments_are_one_line(
        self, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(*arguments) == 2
        err = capsys.readouterr().err
        assert words in err
        assert err.count("\n") == 1

    def test_the_profiles_are_written(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run("profile") == 0
        bundle = read_json(capsys.readouterr().out, "out")
        kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
        assert kinds.count("StructureDefinition") == 92


def test_a_chart_import_is_checked_too(new_store: Callable[[], Clinic]) -> None:
    from reprieve.app.transfer.charts import import_charts

    store = new_store()
    chart = replace(example_record().chart, diary=(DiaryEntry(date=TODAY + timedelta(days=2)),))
    with pytest.raises(InputError, match=r"patient 'example', diary 1: date .* lies ahead"):
        import_charts(store, [chart], by="t")
    assert store.ledger.head()[0] == 0
