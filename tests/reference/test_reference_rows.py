"""Show, search and sources reach every row; unknown ids are one line."""

from __future__ import annotations

import json

import pytest

from reprieve.app.reference import list_sources, reference_rows, search_reference, show_reference
from reprieve.cli.main import main
from reprieve.core.errors import UnknownNameError
from reprieve.reference import anatomy_sources, label_groups, muscles, postures, scales
from reprieve.reference._files import read_json
from reprieve.reference.all_sources import all_sources
from reprieve.reference.muscle_names import names_by_language


def test_every_row_is_shown_with_sources_and_no_id_stands_twice() -> None:
    rows = reference_rows()
    ids = [row.id for row in rows]
    assert len(ids) == len(set(ids))
    assert set(muscles()) | set(label_groups()) | set(postures()) | set(scales()) <= set(ids)
    for row in rows:
        assert row.facts, row.id
        assert all(fact.source and fact.grade for fact in row.facts), row.id


def test_short_names_lead_to_catalogue_muscles() -> None:
    for short, name in read_json("anatomy/short_names.json")["names"].items():
        assert name in muscles()
        assert name in {row.id for row in search_reference(short)}, short


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("splenius capitis", "splenius_capitis"),
        ("SCM", "sternocleidomastoid"),
        ("fcr", "flexor_carpi_radialis"),
        ("Musculus soleus", "soleus"),
        ("torticaput", "cervical.torticaput"),
        ("tsui", "tsui"),
        ("gastrocnemius", "gastrocnemius"),
        ("M. splenius cervicis", "splenius_cervicis"),
        ("Grand droit postérieur de la tête", "rectus_capitis_posterior_major"),
    ],
)
def test_search_finds_what_people_type(text: str, first: str) -> None:
    assert search_reference(text)[0].id == first


def test_search_without_a_hit_is_empty() -> None:
    assert search_reference("zebra") == []


def test_shown_facts_carry_source_grade_and_mark() -> None:
    shown = show_reference("cervical.torticaput")
    assert shown.row is not None
    candidate = next(fact for fact in shown.row.facts if "obliquus_capitis_inferior" in fact.value)
    assert (candidate.source, candidate.grade, candidate.checked) == ("nasafd_torti", "tertiary", True)
    assert "nasafd_torti" in {entry.key for entry in shown.sources}


def test_sources_filter() -> None:
    assert {entry.key for entry in list_sources(catalogue="anatomy")} == set(anatomy_sources())
    assert {entry.grade for entry in list_sources(grade="none")} == {"none"}
    assert [entry.key for entry in list_sources("Col-Cap")] == ["jost2020"]
    assert all(entry.citation and entry.grade and entry.read for entry in all_sources().values())


@pytest.mark.parametrize("name", ["splenus_capitis", "nothing", ""])
def test_unknown_ids_are_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownNameError):
        show_reference(name)
    assert main(["reference", "show", name]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1


def test_commands_answer_in_json_and_in_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference", "show", "soleus", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["row"]["id"] == "soleus"
    assert main(["reference", "search", "soleus", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["id"] == "soleus"
    assert main(["reference", "sources", "--grade", "model", "--json"]) == 0
    assert {row["key"] for row in json.loads(capsys.readouterr().out)["sources"]} >= {"neck_osim", "myosim"}
    for words in (["show", "soleus"], ["show", "jost2020"], ["search", "soleus"], ["sources"]):
        assert main(["reference", *words]) == 0
        assert len(capsys.readouterr().out.splitlines()) > 2


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["search", "soleus", "--kind", "muscel"], "no kind of row 'muscel'"),
        (["sources", "--grade", "labels"], "no grade 'labels'"),
        (["sources", "--catalogue", "scale"], "no table of sources 'scale'"),
    ],
)
def test_a_slip_in_a_filter_is_no_empty_answer(words: list[str], named: str, capsys) -> None:
    assert main(["reference", *words]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert named in told.err


def test_every_target_of_a_plan_has_a_name_in_german_and_french() -> None:
    """One each, from a known source; what was recalled is not called checked."""
    groups = {one.id for one in label_groups().values() if one.kind != "class"}
    assert set(names_by_language()) == set(muscles()) | groups
    for target, names in names_by_language().items():
        assert sorted(one.language for one in names) == ["de", "fr"], target
        for one in names:
            assert one.name == one.name.strip() != "", target
            assert one.source in all_sources(), target
            assert one.checked == (one.source != "recalled"), target
    row = next(one for one in reference_rows() if one.id == "splenius_cervicis")
    facts = {one.field: one for one in row.facts}
    assert (facts["name_de"].value, facts["name_de"].checked) == ("M. splenius cervicis", False)
    assert (facts["name_fr"].value, facts["name_fr"].checked) == ("Splénius du cou", True)
