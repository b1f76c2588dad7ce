"""Tables of other programs, read by a mapping file."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from reprieve.app.clinic import Clinic
from reprieve.app.documents import parse
from reprieve.app.transfer.mapped import CsvMapping, read_mapped
from reprieve.cli.main import main
from reprieve.core.errors import ReprieveError
from reprieve.record.chart import Condition, DiaryEntry, Rating, Symptom
from reprieve.record.plan import Exposure
from reprieve.store.engine import Database
from reprieve.store.tables import anchors, events

# As DystoniaDiary tells it (needs-and-safety, section 1): three own symptoms from 0 to 100 every few days, a
# questionnaire at weeks 0 and 6, the dates of the treatment.
TABLE = """\
Participant;Entry date;Symptom 1;Symptom 2;Symptom 3;CDIP total;Treatment;Units;Event;Comment
DD-01;02/03/2026;80;45,5;;61;Botox;100;;
DD-01;05/03/2026;75;;;;;;Swallowing;-9
DD-02;05/03/2026;0;100;-9;;Dysport;;;"two
lines"
DD-01;08/03/2026;;;;;;;;
"""
MAPPING: dict[str, Any] = {
    "patient": "Participant",
    "delimiter": ";",
    "decimal_comma": True,
    "date_formats": ["%d/%m/%Y"],
    "missing": ["", "-9"],
    "condition": "cervical_dystonia",
    "diary": [
        {
            "date": "Entry date",
            "severity": {"column": "Symptom 1", "highest": "100"},
            "pain": {"column": "Symptom 2", "highest": "100"},
            "function": {"column": "Symptom 3", "highest": "100", "lowest_is_best": False},
            "note": "Comment",
        }
    ],
    "ratings": [{"date": "Entry date", "scale": "cdip58", "total": "CDIP total"}],
    "symptoms": [{"date": "Entry date", "symptom": "Event", "words": {"Swallowing": "dysphagia"}}],
    "exposures": [
        {
            "date": "Entry date",
            "product": "Treatment",
            "products": {"Botox": "onabotulinumtoxinA", "Dysport": "abobotulinumtoxinA"},
            "units": "Units",
            "indication": "cervical_dystonia",
        }
    ],
}


def read(tmp_path: Path, table: str = TABLE, **changes: Any) -> Any:
    """Write table and mapping, and read them."""
    path = tmp_path / "diary.csv"
    path.write_text(table, encoding="utf-8")
    return read_mapped(path, parse(CsvMapping, json.dumps({**MAPPING, **changes})))


def test_a_diary_of_another_program_is_read(tmp_path: Path) -> None:
    one, two = read(tmp_path)
    assert (one.patient.id, two.patient.id) == ("DD-01", "DD-02")
    assert one.conditions == (Condition(condition="cervical_dystonia"),)
    assert one.diary == (
        DiaryEntry(date=date(2026, 3, 2), severity=Decimal(8), pain=Decimal("4.55")),
        DiaryEntry(date=date(2026, 3, 5), severity=Decimal("7.5")),
    )
    assert two.diary == (DiaryEntry(date=date(2026, 3, 5), severity=Decimal(0), pain=Decimal(10), note="two\nlines"),)
    assert one.ratings == (Rating(date=date(2026, 3, 2), scale="cdip58", total=Decimal(61)),)
    assert one.symptoms == (Symptom(date=date(2026, 3, 5), symptom="dysphagia"),)
    assert one.exposures == (
        Exposure(
            date=date(2026, 3, 2), product="onabotulinumtoxinA", indication="cervical_dystonia", units=Decimal(100)
        ),
    )
    # Nobody told the units of the other product: unknown, not zero, and nothing is converted.
    assert two.exposures[0].units is None
    assert one.patient.exposure_history == "unknown"


def test_a_scale_that_runs_the_other_way_is_turned(tmp_path: Path) -> None:
    told = read(tmp_path, "p,d,x\na,2026-01-02,30\n", patient="p", delimiter=",", date_formats=["%Y-%m-%d"],
                ratings=[], symptoms=[], exposures=[], decimal_comma=False,
                diary=[{"date": "d", "function": {"column": "x", "lowest": "-20", "highest": "80",
                                                  "lowest_is_best": False}}])  # fmt: skip
    assert told[0].diary[0].function == Decimal(5)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("02/03/2026", "2026-03-02", "line 2: Entry date = '2026-03-02' is no date as %d/%m/%Y"),
        (";80;", ";800;", "Symptom 1 = 800 must lie between 0 and 100"),
        (";80;", ";much;", "Symptom 1 = 'much' is no number"),
        (";80;", ";1e99;", "is no number"),
        (";80;", ";8_0;", "is no number"),
        (";80;", ";٨٠;", "is no number"),
        ("Botox;100", "Botox;1.000", "Units = '1.000' has a point, but the mapping says decimal comma"),
        ("Botox;100", "Toxin;100", "is not in products of the mapping"),
        ("DD-02;", ";", "Participant is empty"),
        ("DD-02;05/03/2026", "DD-02;", "Entry date is empty"),
        ("Symptom 1", "Symptom 9", "there is no column 'Symptom 1'"),
        ("Symptom 1", "Symptom 2", "stands twice"),
        (";61;", ";61;;;", "cells under"),
        ('"two', '"two"x', "line 4"),
    ],
)
def test_a_fault_is_one_line_with_its_place(old: str, new: str, words: str, tmp_path: Path) -> None:
    assert old in TABLE
    with pytest.raises(ReprieveError) as caught:
        read(tmp_path, TABLE.replace(old, new, 1))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"diary": [], "ratings": [], "symptoms": [], "exposures": []}, "names no diary"),
        ({"delimiter": ";;"}, "delimiter must be one sign"),
        ({"diary": [{"date": "Entry date", "severity": {"column": "Symptom 1", "highest": "0"}}]}, "lowest must lie"),
        ({"colour": "red"}, "colour is not a field"),
        ({"exposures": [{"date": "d", "product": "p"}]}, "products is missing"),
    ],
)
def test_a_bad_mapping_is_one_line(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(ReprieveError) as caught:
        read(tmp_path, **changes)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (["%d/%m/%Y", "%m/%d/%Y"], "03/04/2026 is another day by '%d/%m/%Y' than by '%m/%d/%Y'"),
        (["%d/%m"], "'%d/%m' does not tell day, month and year"),
        (["%Y-%Y"], "'%Y-%Y' does not tell"),
        (["%"], "'%' does not tell"),
        ([], "date_formats of the mapping is empty"),
    ],
)
def test_date_formats_that_could_be_misread_are_refused(shapes: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(ReprieveError, match=re.escape(words)):
        read(tmp_path, date_formats=shapes)


@pytest.mark.parametrize("more", ["%Y-%m-%d", "%d/%m/%y", "%d/%m/%Y %H:%M", "%d %b %Y"])
def test_several_formats_are_read_where_none_contradicts_another(more: str, tmp_path: Path) -> None:
    assert read(tmp_path, date_formats=[more, "%d/%m/%Y"]) == read(tmp_path)


def test_spoiled_tables_are_one_line(tmp_path: Path) -> None:
    came = 0
    for seed in range(300):
        random = Random(seed)
        letters = list(TABLE)
        for _ in range(random.randint(1, 5)):
            letters[random.randrange(len(letters))] = random.choice(";\n\"'-=.,eE09 x\x00é/")
        try:
            read(tmp_path, "".join(letters))
            came += 1
        except ReprieveError as error:
            told = str(error)
            if "\n" in told:
                raise AssertionError(told) from None
    assert came > 0


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, mapping = tmp_path / "diary.csv", tmp_path / "map.json"
    table.write_text(TABLE)
    mapping.write_text(json.dumps(MAPPING))
    assert main(["import", str(table), "--mapping", str(mapping), "--db", str(tmp_path / "c.db")]) == 0
    assert "2 patients came in" in capsys.readouterr().out
    assert main(["import", str(table), "--db", str(tmp_path / "c.db")]) == 2
    assert "--mapping MAP.json says which column" in capsys.readouterr().err
    table.write_text(TABLE.replace("02/03/2026", "02/03/2036"))
    assert main(["import", str(table), "--mapping", str(mapping), "--db", str(tmp_path / "d.db")]) == 2
    err = capsys.readouterr().err
    assert "lies ahead of today" in err
    assert err.count("\n") == 1


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    from reprieve.app.transfer.new_files import write_new_file, write_new_folder

    file = write_new_file(tmp_path / "a.json", "{}\n")
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(ReprieveError, match="already"):
        write_new_file(tmp_path / "a.json", "other")
    assert file.read_text() == "{}\n"
    with pytest.raises(UnicodeEncodeError):
        write_new_file(tmp_path / "b.json", "x" * 100_000 + "\ud800")
    assert not (tmp_path / "b.json").exists()
    with pytest.raises(ReprieveError, match="cannot write"):
        write_new_file(tmp_path / "none" / "c.json", "")
    with pytest.raises(ReprieveError, match="cannot write into"):
        write_new_folder(tmp_path / "set", {"one.csv": b"1", "none/two.csv": b"2"})
    assert list((tmp_path / "set").iterdir()) == []


def test_the_mapping_on_the_page_is_one(tmp_path: Path) -> None:
    import re

    page = (Path(__file__).parents[2] / "docs" / "reference" / "research-set.md").read_text(encoding="utf-8")
    told = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(told) == 1
    path = tmp_path / "diary.csv"
    path.write_text(TABLE.replace("Dysport", ""), encoding="utf-8")
    charts = read_mapped(path, parse(CsvMapping, told[0]))
    assert [len(chart.diary) for chart in charts] == [2, 1]


SPOIL: tuple[Any, ...] = (
    None, True, -1, 3.5, "", "x", "1e999999999", "NaN", "2026-13-45", [], {}, [None], [[]], [{}], {"date": 5}, "\x00",
    "9" * 60, "9999-12-31", "0001-01-01", {"muscle": "splenius_capitis", "units": "-1"},
)  # fmt: skip


def test_spoiled_chart_documents_are_one_line(tmp_path: Path) -> None:
    from reprieve.app.clinic import Clinic
    from reprieve.app.demo.clinic import demo_charts
    from reprieve.app.transfer.charts import import_charts, read_charts
    from reprieve.core.documents import as_json
    from reprieve.store.engine import Database

    database = Database(str(tmp_path / "c.db"))
    store = Clinic(database)
    demo = as_json(demo_charts(4, date(2026, 11, 1), 1)[0])
    # The demo's diary is long; a few entries of each kind are enough to spoil.
    plain = {key: value[:3] if isinstance(value, list) else value for key, value in demo.items()}
    came = 0
    for seed in range(200):
        random, text = Random(seed), json.dumps(plain)
        chart = json.loads(text)
        holders = [found for found in _holders(chart) if found[0] is not chart or random.random() < 0.2]
        holder, key = random.choice(holders)
        holder[key] = random.choice(SPOIL)
        told = json.dumps(chart)
        if random.random() < 0.2:
            cut = random.randrange(len(told))
            told = told[:cut] + random.choice('{}[]",:0e.\\x') + told[cut + 1 :]
        try:
            import_charts(store, read_charts(told, "fuzz"), by="t", new_patient_id=f"p{seed}")
            came += 1
        except ReprieveError as error:
            line = str(error)
            if "\n" in line or len(line) > 1000:
                raise AssertionError(line) from None
    assert 0 < came < 200
    assert len(store.patient_ids("clinic")) == came
    database.close()


def _holders(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        found += [(value, key), *_holders(entry)]
    return found


@pytest.mark.parametrize("place", ["total", "items"])
def test_a_number_without_end_is_refused_before_it_is_written(place: str, tmp_path: Path) -> None:
    from datetime import date as day

    from reprieve.app.transfer.checks import check_charts
    from reprieve.record.chart import Chart, ChartPatient

    huge = Decimal("1e999999999")
    told = {"total": huge} if place == "total" else {"items": {"a": huge}}
    chart = Chart(patient=ChartPatient(id="p"), ratings=(Rating(date=day(2026, 1, 1), scale="own", **told),))
    with pytest.raises(ReprieveError, match=f"{place} is beyond any figure"):
        check_charts([chart], today=day(2026, 11, 26))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("[" * 100_000, "nested too deeply"),
        ('{"patient": {"id": "a", "weight_kg": ' + "9" * 5000 + "}}", "beyond any figure"),
        ('[{"patient": {"id": "a", "weight_kg": NaN}}]', "weight_kg"),
        ('{"patient": {"id": "a"}}\n{"patient": {"id": 5}}', "line 2"),
        ('[{"patient": {"id": "a"}}, 7]', "document 2"),
        ('[{"patient": {"id": "\\ud800"}}]', "document 1"),
    ],
)
def test_a_bad_chart_document_is_one_line(text: str, words: str) -> None:
    from reprieve.app.transfer.charts import read_charts

    with pytest.raises(ReprieveError, match=words) as caught:
        read_charts(text, "x")
    assert "\n" not in str(caught.value)


def test_digits_in_a_list_of_charts_are_kept() -> None:
    from reprieve.app.transfer.charts import read_charts

    one = '{"patient": {"id": "a", "weight_kg": "70.12345678901234567890"}}'
    assert read_charts(f"[{one}]", "x") == read_charts(one, "x")
    assert read_charts(f"[{one}]", "x")[0].patient.weight_kg == Decimal("70.12345678901234567890")


def test_an_import_and_the_event_that_tells_of_it_are_one_write(tmp_path: Path, capsys) -> None:
    """A disk that fills up between the two would leave patients whose import is nowhere told, under a refusal."""
    chart, bundle, target = tmp_path / "chart.json", tmp_path / "b.json", str(tmp_path / "clinic.db")
    chart.write_text('{"patient": {"id": "p-1"}, "risks": ["dysphagia"]}', encoding="utf-8")
    bundle.write_text('{"resourceType": "Patient", "id": "p-2"}', encoding="utf-8")
    for number, words in enumerate((["import", str(chart)], ["fhir", "import", str(bundle)]), 1):
        assert main([*words, "--db", target]) == 0
        database = Database(target)
        with database.read() as connection:
            assert connection.scalar(select(func.count()).select_from(anchors)) == number
            kinds = connection.scalars(select(events.c.kind).order_by(events.c.seq)).all()
        database.close()
        assert kinds[-1] == "record_imported"
        assert kinds.count("record_imported") == number
    assert "as 2 events" in capsys.readouterr().out


def test_one_person_under_two_ids_is_said(tmp_path: Path, capsys) -> None:
    """Two charts of one person: each dose is looked at alone, and no limit adds them."""
    store = ["--db", str(tmp_path / "clinic.db")]
    first, second, bundle = tmp_path / "a.json", tmp_path / "b.ndjson", tmp_path / "c.json"
    person = {"family_name": "Müller-Lüdenscheid", "given_name": "Eva", "birth_date": "1970-02-28"}
    first.write_text(json.dumps({"patient": {"id": "old", **person}}), encoding="utf-8")
    people = [
        {"id": "new", **person, "family_name": "MULLER LUDENSCHEID"},
        {"id": "twin", **person, "given_name": "Ina"},
        {"id": "later", **person, "birth_date": "1970-02-27"},
        {"id": "undated", **person, "birth_date": None},
        {"id": "nameless", "birth_date": "1970-02-28"},
    ]
    second.write_text("".join(json.dumps({"patient": one}) + "\n" for one in people), encoding="utf-8")
    name = [{"family": "Eva", "given": ["Müller", "Lüdenscheid"]}]
    resource = {"resourceType": "Patient", "id": "foreign", "birthDate": "1970-02-28", "name": name}
    bundle.write_text(json.dumps(resource), encoding="utf-8")
    assert main(["import", str(first), *store]) == 0
    assert "LOOK" not in capsys.readouterr().out
    assert main(["import", str(second), *store]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "LOOK" in line]
    assert len(told) == 1
    assert "patient 'new' has the name and birth date of 'old': if it is one person" in told[0]
    assert main(["fhir", "import", str(bundle), *store, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["namesakes"] == [{"patient": "foreign", "others": ["new", "old"]}]


def test_a_patient_who_stands_twice_in_a_file_is_said_to(tmp_path: Path, capsys) -> None:
    charts = tmp_path / "charts.ndjson"
    charts.write_text('{"patient": {"id": "p-1"}}\n{"patient": {"id": "p-1"}}\n', encoding="utf-8")
    assert main(["import", str(charts), "--db", str(tmp_path / "clinic.db")]) == 2
    assert "'p-1' stands twice in the file; nothing was imported" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--to-charts"], ["--db", "clinic.db"]])
def test_what_cannot_be_true_is_refused_recorded_or_not(more: list[str], tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("diary.csv").write_text(TABLE.replace("Botox;100", "Botox;-100").replace("2026", "1826"), encoding="utf-8")
    Path("map.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    assert main(["import", "diary.csv", "--mapping", "map.json", *more]) == 2
    told = capsys.readouterr()
    assert "before 1900; correct the year" in told.err
    assert told.out == ""
    Path("diary.csv").write_text(TABLE.replace("Botox;100", "Botox;-100"), encoding="utf-8")
    assert main(["import", "diary.csv", "--mapping", "map.json", *more]) == 2
    assert "units must be positive, but got -100" in capsys.readouterr().err


def test_two_imports_of_one_file_at_once_record_it_once(tmp_path: Path, monkeypatch, capsys) -> None:
    """The second looks before the first has written: it is refused within its own write, whole, in either form."""
    chart = tmp_path / "chart.json"
    chart.write_text('{"patient": {"id": "p-1"}, "risks": ["dysphagia"]}', encoding="utf-8")
    store = ["--db", str(tmp_path / "clinic.db")]
    assert main(["import", str(chart), *store]) == 0
    assert main(["fhir", "export", "--all", "-o", str(tmp_path / "b.json"), *store]) == 0
    capsys.readouterr()
    before = _head(store, capsys)
    monkeypatch.setattr(Clinic, "known_patients", lambda *_: set())
    for again in (["import", str(chart)], ["fhir", "import", str(tmp_path / "b.json")]):
        assert main([*again, *store]) == 2
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1)
        assert "came into the record meanwhile" in told.err
        assert _head(store, capsys) == before


def _head(store: list[str], capsys) -> str:
    assert main(["audit", "verify", "--json", *store]) == 0
    return json.loads(capsys.readouterr().out)["head"]


def test_an_empty_list_of_charts_is_refused_and_makes_no_record(tmp_path: Path, capsys) -> None:
    (tmp_path / "none.json").write_text("[]", encoding="utf-8")
    assert main(["import", str(tmp_path / "none.json"), "--db", str(tmp_path / "new.db")]) == 2
    assert "empty list" in capsys.readouterr().err
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"conditions": [{"condition": "cervical_dystonia", "since": "2131-01-01"}]}, "date 2131-01-01 lies ahead"),
        ({"conditions": [{"condition": "cervical_dystonia", "since": "1931-01-01"}]}, "before the patient's birth"),
        ({"symptoms": [{"date": "2026-01-01", "symptom": "x", "resolved": "2131-01-01"}]}, "resolved 2131-01-01 lies"),
        (
            {"other_treatments": [{"date": "2026-01-02", "until": "2026-01-01", "treatment": "physiotherapy"}]},
            "until 2026-01-01 lies before the beginning",
        ),
        ({"sites": -3}, "sites of splenius_capitis must lie between 1 and 200, but got -3"),
        ({"volume_ml": "-4"}, "volume_ml of splenius_capitis must lie above 0"),
        ({"product": "Botox"}, "'Botox' is a brand or another spelling; write its nonproprietary name"),
        ({"vials": [{"units": "-100"}]}, "units of onabotulinumtoxinA must lie between 0 and 100000, but got -100"),
        ({"vials": [{"units": "0"}]}, "a vial must hold units"),
        ({"vials": [{"units": "100", "diluent_ml": "-2"}]}, "diluent_ml must lie between 0 and 100 mL, but got -2 mL"),
    ],
)
def test_a_chart_that_cannot_be_true_is_refused(entry: dict[str, Any], words: str, tmp_path: Path, capsys) -> None:
    """What a session on the screen would not take, an import does not take either."""
    chart: dict[str, Any] = {"patient": {"id": "a", "birth_date": "1970-01-01"}}
    if entry.keys() & {"sites", "volume_ml", "product", "vials"}:
        told = {name: entry[name] for name in ("sites", "volume_ml") if name in entry}
        chart["sessions"] = [
            {
                "date": "2026-01-01",
                "product": entry.get("product", "onabotulinumtoxinA"),
                "indication": "cervical_dystonia",
                "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "50", **told}],
                "reconstitution": {"vials": entry.get("vials", [])},
            }
        ]
    else:
        chart |= entry
    (tmp_path / "a.json").write_text(json.dumps(chart), encoding="utf-8")
    assert main(["import", str(tmp_path / "a.json"), "--db", str(tmp_path / "clinic.db")]) == 2
    told_so = capsys.readouterr().err
    assert words in told_so
    assert told_so.count("\n") == 1


def test_a_toxin_that_is_not_on_file_may_come_in(tmp_path: Path) -> None:
    """What was given stays what was given: the check says that it knows no such product."""
    session = {"date": "2026-01-01", "product": "BTX of a trial", "indication": "x", "injections": []}
    (tmp_path / "a.json").write_text(json.dumps({"patient": {"id": "a"}, "sessions": [session]}), encoding="utf-8")
    assert main(["import", str(tmp_path / "a.json"), "--db", str(tmp_path / "clinic.db")]) == 0
