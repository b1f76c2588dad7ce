"""Rate limits: a person at a screen never meets them, a script does, and waiting helps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reprieve.app.clinic import Clinic
from reprieve.web.application import make_app
from reprieve.web.limits import MOST_KEPT, Bucket, Limits, TooManyError


def test_a_bucket_takes_so_many_at_once_and_so_many_a_second() -> None:
    moment = 0.0
    bucket = Bucket(at_once=3, per_second=2, clock=lambda: moment)
    for _ in range(3):
        bucket.take("a")
    with pytest.raises(TooManyError, match="try again in 1 s"):
        bucket.take("a")
    bucket.take("b")  # another one is not held up
    moment = 0.5
    bucket.take("a")
    with pytest.raises(TooManyError):
        bucket.take("a")


def test_a_flood_of_subjects_does_not_fill_the_memory() -> None:
    moment = 0.0
    bucket = Bucket(at_once=2, per_second=1, clock=lambda: moment)
    for number in range(3 * MOST_KEPT):
        moment += 0.01
        bucket.take(str(number))
    assert len(bucket._left) <= MOST_KEPT + 1


def test_who_asks_too_often_is_told_when_to_come_again(
    store: Clinic, server: Any, signed_in: Callable[..., Any], new_browser: Callable[[], Any]
) -> None:
    nurse, injector = signed_in("nurse"), signed_in("injector")
    server.app = make_app(store, limits=Limits(at_once=5, per_second=0.1), warm=False)
    answers = [nurse.get("/api/me") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 11
    assert answers[-1].json()["error"]["code"] == "too_many_attempts"
    assert injector.get("/api/me").status_code == 200
    assert [new_browser().sign_in("nurse").status_code for _ in range(6)][-1] == 429
