"""The closed set of things that can happen to the record."""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    """What happened. The values are stored: never rename one, never give an old name a new meaning."""

    PATIENT_REGISTERED = "patient_registered"
    PATIENT_AMENDED = "patient_amended"
    CONDITION_RECORDED = "condition_recorded"
    RISK_RECORDED = "risk_recorded"
    EXPOSURE_REPORTED = "exposure_reported"
    GOAL_SET = "goal_set"
    RATING_RECORDED = "rating_recorded"
    DIARY_ENTERED = "diary_entered"
    HEAD_ANGLES_MEASURED = "head_angles_measured"
    SYMPTOM_REPORTED = "symptom_reported"
    ASSESSMENT_RECORDED = "assessment_recorded"
    OTHER_TREATMENT_RECORDED = "other_treatment_recorded"
    APPOINTMENT_BOOKED = "appointment_booked"

    PLAN_DRAFTED = "plan_drafted"
    PLAN_SIGNED = "plan_signed"
    PLAN_VOIDED = "plan_voided"

    SESSION_OPENED = "session_opened"
    CHECKLIST_STEP = "checklist_step"
    VIAL_OPENED = "vial_opened"
    INJECTION_GIVEN = "injection_given"
    INJECTION_SKIPPED = "injection_skipped"
    WASTE_RECORDED = "waste_recorded"
    MUSCLE_EFFECT_JUDGED = "muscle_effect_judged"
    SESSION_SIGNED = "session_signed"

    ENTRY_VOIDED = "entry_voided"
    PATIENT_ERASED = "patient_erased"
    RESOURCE_KEPT = "resource_kept"

    STOCK_RECEIVED = "stock_received"
    STOCK_OPENED = "stock_opened"
    STOCK_USED = "stock_used"
    STOCK_WASTED = "stock_wasted"
    STOCK_TAKEN_BACK = "stock_taken_back"

    ROW_REVIEWED = "row_reviewed"
    REVIEW_SECONDED = "review_seconded"
    REVIEW_TAKEN_BACK = "review_taken_back"
    POLICY_SET = "policy_set"
    OVERRIDE_APPROVED = "override_approved"
    RETENTION_SET = "retention_set"
    RETENTION_HELD = "retention_held"

    SHARE_GRANTED = "share_granted"
    SHARE_REVOKED = "share_revoked"
    CHART_READ = "chart_read"
    CHART_CLOSED = "chart_closed"
    GLASS_BROKEN = "glass_broken"
    ALERT_SEEN = "alert_seen"

    ACCOUNT_CREATED = "account_created"
    ACCOUNT_CHANGED = "account_changed"
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    RECORD_EXPORTED = "record_exported"
    RECORD_IMPORTED = "record_imported"


# These leave every chart as it is: they say who looked or who may look, or concern the clinic as a whole.
ACCESS_KINDS = frozenset(
    {
        EventKind.CHART_READ,
        EventKind.CHART_CLOSED,
        EventKind.GLASS_BROKEN,
        EventKind.ALERT_SEEN,
        EventKind.SHARE_GRANTED,
        EventKind.SHARE_REVOKED,
        EventKind.ACCOUNT_CREATED,
        EventKind.ACCOUNT_CHANGED,
        EventKind.SIGNED_IN,
        EventKind.SIGN_IN_REFUSED,
        EventKind.SIGNED_OUT,
        EventKind.RECORD_EXPORTED,
        EventKind.RECORD_IMPORTED,
        EventKind.STOCK_RECEIVED,
        EventKind.STOCK_OPENED,
        EventKind.STOCK_USED,
        EventKind.STOCK_WASTED,
        EventKind.STOCK_TAKEN_BACK,
        EventKind.ROW_REVIEWED,
        EventKind.REVIEW_SECONDED,
        EventKind.REVIEW_TAKEN_BACK,
        EventKind.POLICY_SET,
        EventKind.OVERRIDE_APPROVED,
        EventKind.RETENTION_SET,
        EventKind.RETENTION_HELD,
    }
)
