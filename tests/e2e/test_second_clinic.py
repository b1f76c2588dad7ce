"""Two clinics on one server: the address says which, neither sees the other, and no page acts in another's name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from e2e.conftest import Watched
from support.served import SERVE, served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Serve a record with the clinic and the clinic `north`; yields address and the first password of each."""
    db = str(tmp_path_factory.mktemp("two") / "two.sqlite")
    with served(db) as first:
        more = subprocess.run([*SERVE, "--db", db, "--add-clinic", "north"], capture_output=True, text=True, check=True)
        north = json.loads(more.stdout)
        yield first["address"].rstrip("/"), first["accounts"][0]["password"], north["password"]


@pytest.fixture
def visit(browser, both: tuple[str, str, str]) -> Iterator[Watched]:
    page = Watched(browser, both[0], viewport={"width": 1280, "height": 900})
    yield page
    page.context.close()
    assert not page.faults, page.faults


def _sign_in(page, password: str, name: str = "administrator") -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out").wait_for()


def test_the_address_says_which_clinic_and_it_is_remembered(visit: Watched, both: tuple[str, str, str]) -> None:
    _, first, north = both
    page = visit.page
    page.goto("/?clinic=north")
    page.get_by_text("Clinic: north").wait_for()
    page.get_by_label("Name", exact=True).fill("administrator")
    page.get_by_label("Password", exact=True).fill(first)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("alert").wait_for()
    _sign_in(page, north)
    assert visit.get("/api/me")["clinic"] == "north"
    assert "clinic=" not in page.url
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("Clinic: north").wait_for()
    page.get_by_role("button", name="Not this clinic").click()
    _sign_in(page, first)
    assert visit.get("/api/me")["clinic"] == "clinic"


def test_an_address_of_another_clinic_is_not_answered_with_this_one(visit: Watched, both: tuple[str, str, str]) -> None:
    _, first, north = both
    page = visit.page
    page.goto("/")
    _sign_in(page, first)
    page.goto("/users?clinic=north")
    page.get_by_text("Clinic: north").wait_for()
    assert page.get_by_role("heading", name="Users").count() == 0
    _sign_in(page, north)
    page.get_by_role("heading", name="Users").wait_for()
    assert visit.get("/api/me")["clinic"] == "north"


def test_a_page_goes_on_in_nobody_else_s_name(visit: Watched, both: tuple[str, str, str]) -> None:
    """Both administrators have one name, and all tabs send one cookie: the open page begins anew."""
    _, first, north = both
    page = visit.page
    page.goto("/")
    _sign_in(page, first)
    page.goto("/users")
    page.get_by_label("Name", exact=True).fill("typed-for-the-first")
    second = visit.open()
    second.goto("/?clinic=north")
    _sign_in(second, north)
    page.get_by_label("Name", exact=True).and_(page.locator(":not([value='typed-for-the-first'])")).wait_for()
    assert page.get_by_label("Name", exact=True).input_value() == ""
    assert visit.get("/api/me")["clinic"] == "north"
