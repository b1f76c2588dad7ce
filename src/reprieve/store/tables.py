"""The tables. `events` is the record; every other table can be lost and rebuilt, or holds access data only.

`verify` compares with the events: `anchors`, the views, and what lets somebody in (`accounts`, `passkeys`,
`identities`, `push_subscriptions`, `sign_ins`). Proved by nothing: `writes`, `throttle`, `challenges` and `meta`.
`forecasts` and `work_lines` are sealed by whoever writes them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

# 1: the first. 2: second factors, passkeys, shares, closed charts, the work list's lines. 3: who somebody is at an
# identity provider. 4: where reminders go that a patient asked for. 5: events prove accounts and sign-ins.
SCHEMA_VERSION = 5

metadata = MetaData()

meta = Table("meta", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))

events = Table(
    "events",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False, unique=True),
    Column("clinic", String(64), nullable=False),
    Column("patient", String(128)),
    Column("kind", String(40), nullable=False),
    Column("at", String(40), nullable=False),
    Column("by", String(128), nullable=False),
    Column("replaces", String(64)),
    Column("reason", Text),
    Column("program", String(40), nullable=False),
    Column("reference", String(80), nullable=False),
    # NULL once the content was erased on a patient's wish; the digest stays and keeps the chain.
    Column("body", Text),
    Column("salt", String(32)),
    Column("body_digest", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
Index("events_of_patient", events.c.clinic, events.c.patient, events.c.seq)
Index("events_of_kind", events.c.clinic, events.c.kind, events.c.seq)

# One row for each write: what the chain's head was. A shortened table of events no longer reaches its last anchor.
anchors = Table(
    "anchors",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("at", String(40), nullable=False),
)

# Answers already given, by idempotency key: a repeated request gets the same answer and writes nothing.
writes = Table(
    "writes",
    metadata,
    Column("clinic", String(64), primary_key=True),
    Column("account", String(128), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("request_digest", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", String(40), nullable=False),
)

# View: one row for each patient, for lists and search.
patients = Table(
    "patients",
    metadata,
    Column("clinic", String(64), primary_key=True),
    Column("patient", String(128), primary_key=True),
    Column("family_name", Text),
    Column("given_name", Text),
    Column("birth_date", String(10)),
    Column("search", Text, nullable=False),
    Column("condition", Text),
    Column("next_visit", String(10)),
    Column("version", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
)
Index("patients_by_name", patients.c.clinic, patients.c.search, patients.c.patient)
Index("patients_by_visit", patients.c.clinic, patients.c.next_visit)

accounts = Table(
    "accounts",
    metadata,
    Column("clinic", String(64), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("role", String(32), nullable=False),
    Column("patient", String(128)),
    Column("password_hash", Text, nullable=False),
    Column("totp_secret", Text),
    Column("totp_last", BigInteger().with_variant(Integer, "sqlite")),
    Column("disabled", Integer, nullable=False, default=0),
    Column("created_at", String(40), nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("clinic", String(64), nullable=False),
    Column("account", String(128), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("seen_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
)

# Refused sign-ins, kept in the store so that a restart forgives nothing.
throttle = Table(
    "throttle",
    metadata,
    Column("subject", String(200), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", String(40), nullable=False),
)

# Something that a person has to answer within minutes: a passkey's challenge, a new secret for codes.
challenges = Table(
    "challenges",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("purpose", String(32), nullable=False),
    Column("clinic", String(64)),
    Column("account", String(128)),
    Column("value", Text, nullable=False),
    Column("expires_at", String(40), nullable=False),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("credential", String(1400), primary_key=True),
    Column("clinic", String(64), nullable=False),
    Column("account", String(128), nullable=False),
    Column("label", String(100), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    # The name of the site it was made for: it is of no use under another one.
    Column("site", String(255), nullable=False),
    Column("created_at", String(40), nullable=False),
)
Index("passkeys_of_account", passkeys.c.clinic, passkeys.c.account)

# Who an account is at an identity provider: the first sign-in ties the two, by what never changes there.
identities = Table(
    "identities",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("clinic", String(64), nullable=False),
    Column("account", String(128), nullable=False),
    Column("created_at", String(40), nullable=False),
)
Index("identities_of_account", identities.c.clinic, identities.c.account)

# Browsers that asked to be reminded, by the digest of the address that their maker's push service gave them.
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("clinic", String(64), nullable=False),
    Column("account", String(128), nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("public_key", String(128), nullable=False),
    Column("auth", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", String(40), nullable=False),
)
Index("push_of_account", push_subscriptions.c.clinic, push_subscriptions.c.account)

# View: the read-only ways in for somebody outside, by the digest of their secret.
shares = Table(
    "shares",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("share_id", String(64), nullable=False),
    Column("clinic", String(64), nullable=False),
    Column("patient", String(128), nullable=False),
    Column("scope", String(32), nullable=False),
    Column("for_whom", Text, nullable=False),
    Column("granted_by", String(128), nullable=False),
    Column("granted_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("revoked", Integer, nullable=False, default=0),
)
Index("shares_of_patient", shares.c.clinic, shares.c.patient)

# View: charts that only the named accounts may open without breaking the glass.
closed_charts = Table(
    "closed_charts",
    metadata,
    Column("clinic", String(64), primary_key=True),
    Column("patient", String(128), primary_key=True),
    Column("names", Text, nullable=False),
)

# View: who broke the glass of which chart, and until when it stays open for that person.
glasses = Table(
    "glasses",
    metadata,
    Column("clinic", String(64), primary_key=True),
    Column("account", String(128), primary_key=True),
    Column("patient", String(128), primary_key=True),
    Column("until", String(40), nullable=False),
)

# View: what the work list knows of a patient, by the version of the chart; a missing or old line is made anew.
work_lines = Table(
    "work_lines",
    metadata,
    Column("clinic", String(64), primary_key=True),
    Column("patient", String(128), primary_key=True),
    Column("version", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("line", Text, nullable=False),
)

# What the work list needs of a forecast, by the version of the chart and the day: a cache, nothing more.
forecasts = Table(
    "forecasts",
    metadata,
    Column("clinic", String(64), primary_key=True),
    Column("patient", String(128), primary_key=True),
    Column("version", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("on_date", String(10), nullable=False),
    Column("answer", Text, nullable=False),
)
