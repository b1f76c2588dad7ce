"""Every page of the clinic's screens: one table for pictures, measurements and the browser's tests."""

from __future__ import annotations

PAGES = {
    "today": "/",
    "patients": "/patients",
    "chart": "/patients/{patient}/chart",
    "since": "/patients/{patient}/since",
    "assess": "/patients/{patient}/assess",
    "emg": "/patients/{patient}/emg",
    "plan": "/patients/{patient}/plan",
    "session": "/patients/{patient}/session",
    "follow-up": "/patients/{patient}/follow-up",
    "visit": "/patients/{patient}/visit",
    "history": "/patients/{patient}/history",
    "payer": "/patients/{patient}/payer",
    "approve": "/patients/{patient}/approve",
    "sheet": "/patients/{patient}/sheet",
    "stock": "/stock",
    "recall": "/recall",
    "reference": "/reference",
    "overrides": "/overrides",
    "audit": "/audit",
    "retention": "/retention",
    "users": "/users",
    "settings": "/settings",
}
# Pages that the injector may not open.
OTHERS = {"users": "administrator", "retention": "administrator"}
