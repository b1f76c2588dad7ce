"""The muscle catalogue keeps its promises: every fact sourced, every id once, every group resolvable."""

from __future__ import annotations

import pytest

from reprieve.core.errors import UnknownNameError
from reprieve.reference import label_groups, muscle, muscles, target_members


def test_the_catalogue_is_complete() -> None:
    assert len(muscles()) == 168
    assert sum(1 for entry in muscles().values() if not entry.paired) == 5


def test_counts_of_checked_facts_are_those_of_the_compilation() -> None:
    # The counts stand in the note that came with the compilation (2026-11-22); a change of a mark must be meant.
    rows = list(muscles().values())
    assert sum(row.ta2 is not None for row in rows) == 167
    assert sum(row.fma is not None for row in rows) == 162
    assert sum(row.innervation.checked for row in rows) == 155
    assert sum(row.innervation.roots_checked for row in rows) == 97
    assert sum(row.actions_checked for row in rows) == 144
    assert sum(row.volume_cm3 is not None for row in rows) == 106
    assert sum(row.endplates is not None for row in rows) == 20
    assert sum(len(row.spread_risks) for row in rows) == 257
    assert sum(row.localisation.landmarks_checked for row in rows) == 10


def test_label_groups_name_catalogue_muscles_and_no_id_means_two_things() -> None:
    for group in label_groups().values():
        assert group.id not in muscles()
        assert all(member in muscles() for member in group.members), group.id
        assert bool(group.members) == (group.kind in ("group", "alias", "part")), group.id


def test_a_group_is_known_to_its_members() -> None:
    assert target_members("gastrocnemius") == ("gastrocnemius_medial", "gastrocnemius_lateral")
    assert "trapezius" in muscle("trapezius_descending").groups
    assert target_members("soleus") == ("soleus",)
    assert target_members("parotid_gland") == ()


@pytest.mark.parametrize("name", ["splenius_capitus", "", "gastroc", "forearm_group"])
def test_an_unknown_muscle_is_one_clear_line(name: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        target_members(name)
    assert "\n" not in str(caught.value)
    assert repr(name) in str(caught.value)


def test_near_matches_help() -> None:
    with pytest.raises(UnknownNameError, match="splenius_capitis"):
        muscle("splenius_capitus")
