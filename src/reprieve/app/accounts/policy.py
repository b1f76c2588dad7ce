"""Who may do what. Deny by default: an action that a role is not given here is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is in the clinic."""

    INJECTOR = "injector"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    RESEARCHER = "researcher"
    ADMINISTRATOR = "administrator"
    PATIENT = "patient"


class Action(StrEnum):
    """What can be done, one word for each right."""

    READ_REFERENCE = "read_reference"
    READ_WORK_LIST = "read_work_list"
    READ_CHART = "read_chart"
    CHECK_PLAN = "check_plan"
    WRITE_FOLLOW_UP = "write_follow_up"
    WRITE_ASSESSMENT = "write_assessment"
    REGISTER_PATIENT = "register_patient"
    AMEND_ENTRY = "amend_entry"
    DRAFT_PLAN = "draft_plan"
    SIGN_SESSION = "sign_session"
    SHARE_CHART = "share_chart"
    EXPORT_CHART = "export_chart"
    EXPORT_RESEARCH = "export_research"
    VERIFY_RECORD = "verify_record"
    READ_AUDIT = "read_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    GIVE_PHONE_PAGE = "give_phone_page"
    BREAK_GLASS = "break_glass"
    CLOSE_CHART = "close_chart"
    ERASE_PATIENT = "erase_patient"
    READ_STOCK = "read_stock"
    KEEP_STOCK = "keep_stock"
    REVIEW_REFERENCE = "review_reference"
    READ_OVERRIDES = "read_overrides"
    APPROVE_OVERRIDE = "approve_override"
    READ_POLICY = "read_policy"
    SET_POLICY = "set_policy"
    READ_OWN = "read_own"
    WRITE_OWN = "write_own"
    OWN_ACCOUNT = "own_account"


_STAFF = frozenset({Role.INJECTOR, Role.NURSE, Role.PHARMACIST})
_EVERYONE = frozenset(Role)
ALLOWED: dict[Action, frozenset[Role]] = {
    Action.READ_REFERENCE: _EVERYONE,
    Action.OWN_ACCOUNT: _EVERYONE,
    Action.READ_WORK_LIST: _STAFF,
    Action.READ_CHART: _STAFF,
    Action.CHECK_PLAN: _STAFF,
    Action.WRITE_FOLLOW_UP: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.WRITE_ASSESSMENT: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.REGISTER_PATIENT: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.AMEND_ENTRY: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.DRAFT_PLAN: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.SIGN_SESSION: frozenset({Role.INJECTOR}),
    Action.SHARE_CHART: frozenset({Role.INJECTOR}),
    Action.EXPORT_CHART: frozenset({Role.INJECTOR}),
    Action.EXPORT_RESEARCH: frozenset({Role.RESEARCHER}),
    Action.VERIFY_RECORD: frozenset({Role.INJECTOR, Role.NURSE, Role.PHARMACIST, Role.ADMINISTRATOR}),
    Action.READ_AUDIT: frozenset({Role.INJECTOR, Role.ADMINISTRATOR}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Action.GIVE_PHONE_PAGE: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.BREAK_GLASS: frozenset({Role.INJECTOR, Role.NURSE, Role.PHARMACIST, Role.ADMINISTRATOR}),
    Action.CLOSE_CHART: frozenset({Role.INJECTOR, Role.ADMINISTRATOR}),
    Action.ERASE_PATIENT: frozenset({Role.ADMINISTRATOR}),
    Action.READ_STOCK: _STAFF,
    Action.KEEP_STOCK: _STAFF,
    Action.REVIEW_REFERENCE: frozenset({Role.INJECTOR, Role.PHARMACIST}),
    Action.READ_OVERRIDES: frozenset({Role.INJECTOR, Role.PHARMACIST, Role.ADMINISTRATOR}),
    Action.APPROVE_OVERRIDE: frozenset({Role.INJECTOR, Role.PHARMACIST}),
    Action.READ_POLICY: _STAFF | {Role.ADMINISTRATOR},
    Action.SET_POLICY: frozenset({Role.ADMINISTRATOR}),
    Action.READ_OWN: frozenset({Role.PATIENT}),
    Action.WRITE_OWN: frozenset({Role.PATIENT}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    clinic: str
    name: str
    role: Role
    patient_id: str | None = None

    def may(self, action: Action) -> bool:
        """Return whether this person's role is given `action`."""
        return self.role in ALLOWED.get(action, frozenset())
