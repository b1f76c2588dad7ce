"""Reminders on the phone: offered by the policy alone, asked of the browser by a press alone, shown by the worker."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from support.push_receiver import PushService

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Chromium would ask its maker's service for an address; here the address is one of this machine. All else is its own.
SUBSCRIBED = """told => {
  let kept = null;
  const own = {
    endpoint: told.endpoint,
    toJSON: () => ({ endpoint: told.endpoint, keys: { p256dh: told.p256dh, auth: told.auth } }),
    unsubscribe: async () => { kept = null; return true; },
  };
  PushManager.prototype.subscribe = async options => {
    window.askedWith = [...new Uint8Array(options.applicationServerKey)];
    return (kept = own);
  };
  PushManager.prototype.getSubscription = async () => kept;
}"""


@pytest.fixture
def service() -> Iterator[PushService]:
    running = PushService()
    yield running
    running.stop()


def _policy(visit, on: bool) -> None:
    policy = {**visit.get("/api/policy"), "push_reminders": on}
    answer = visit.context.request.post(
        "/api/policy",
        data={"policy": policy, "reason": "a test of reminders"},
        headers={"X-Reprieve": "1", "Idempotency-Key": f"reminders-{on}"},
    )
    assert answer.ok, answer.text()


def test_a_reminder_is_asked_for_shown_and_turned_off(watched, service: PushService) -> None:
    administrator = watched()
    administrator.sign_in("administrator")
    visit = watched(**PHONE)
    visit.context.grant_permissions(["notifications"])
    visit.context.add_init_script(f"({SUBSCRIBED})({json.dumps(service.subscription())})")
    visit.sign_in("patient")
    page = visit.page
    with page.expect_response("**/api/mine/reminders"):
        page.goto("/phone")
    page.get_by_role("button", name="Urgent help").wait_for()
    assert page.get_by_role("heading", name="Reminders").count() == 0

    _policy(administrator, True)
    page.reload()
    page.get_by_role("button", name="Remind me on this phone").tap()
    page.get_by_role("button", name="Stop reminding me on this phone").wait_for()
    assert visit.get("/api/mine/reminders")["browsers"] == 1
    key = page.evaluate("window.askedWith")
    assert (len(key), key[0]) == (65, 4), "an uncompressed point of P-256"

    # What a push service would hand over reaches the page's own worker, which shows the sentence.
    worker = visit.context.new_cdp_session(page)
    found: list[str] = []
    worker.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(one["registrationId"] for one in told["registrations"] if not one["isDeleted"]),
    )
    worker.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(400):  # the protocol tells of the worker when it likes
        if found:
            break
        page.wait_for_timeout(50)
    data = json.dumps({"text": "Today's question is waiting."})
    told = {"origin": visit.address, "registrationId": found[-1], "data": data}
    worker.send("ServiceWorker.deliverPushMessage", told)
    titles = "navigator.serviceWorker.ready.then(own => own.getNotifications()).then(all => all.map(one => one.title))"
    for _ in range(400):  # a wait of the browser takes the promise itself for the answer
        if page.evaluate(titles):
            break
        page.wait_for_timeout(50)
    assert page.evaluate(titles) == ["Today's question is waiting."]

    page.get_by_role("button", name="Stop reminding me on this phone").tap()
    page.get_by_role("button", name="Remind me on this phone").wait_for()
    assert visit.get("/api/mine/reminders")["browsers"] == 0
    _policy(administrator, False)
