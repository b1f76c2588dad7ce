"""A clinic's review of reference rows: confirm, correct, withdraw; a second person where the policy asks for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from decimal import Decimal
from typing import Any, Literal

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import Clinic
from reprieve.app.ids import new_id
from reprieve.app.reviews.events import folded
from reprieve.app.reviews.policy import policy_of
from reprieve.app.reviews.texts import written
from reprieve.core.documents import as_json
from reprieve.core.errors import ConflictError, InputError, UnknownNameError
from reprieve.record.clinic_bodies import ReviewSeconded, ReviewTakenBack, RowReview
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.reference.reviewable import ReviewableRow, reviewable_row, reviewable_rows
from reprieve.reference.reviews import Review, reviews_in_force
from reprieve.store.ledger import Receipt, Request

REVIEW_KINDS = (EventKind.ROW_REVIEWED, EventKind.REVIEW_SECONDED, EventKind.REVIEW_TAKEN_BACK)
SHORTEST_SOURCE, LONGEST_TEXT, LONGEST_NAME = 3, 500, 100
# A digit too many or too few; labels of two countries lie nearer to each other.
FAR = 5
State = Literal["counts", "replaced", "not_yet", "waits_for_second", "taken_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowToReview:
    """What a person says about a row; `effective_from` is today if not given."""

    row_id: str
    verdict: Literal["confirmed", "corrected", "withdrawn"]
    source: str
    value: Decimal | None = None
    effective_from: Date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEntry:
    """One review as the record has it; `review` is what the rules see of it."""

    review_id: str
    review: Review
    needs_second: bool
    taken_back: bool
    recorded_by: str

    @property
    def complete(self) -> bool:
        """Whether nothing is missing for it to count."""
        return not self.taken_back and (self.review.second is not None or not self.needs_second)


def reviews_of(store: Clinic, clinic: str) -> tuple[Review, ...]:
    """Return the clinic's reviews that count, in the order of the record; the safety rules take them as they are."""
    return folded(store, clinic, REVIEW_KINDS, _complete)


def review_entries(store: Clinic, clinic: str) -> tuple[ReviewEntry, ...]:
    """Return every review ever recorded, also those that wait, were replaced or taken back."""
    return folded(store, clinic, REVIEW_KINDS, _entries)


def _complete(told: list[Event]) -> tuple[Review, ...]:
    return tuple(entry.review for entry in _entries(told) if entry.complete)


def _entries(told: Iterable[Event]) -> tuple[ReviewEntry, ...]:
    entries: dict[str, ReviewEntry] = {}
    for event in told:
        body: Any = event.body
        if isinstance(body, RowReview):
            entries[body.review_id] = _entry(event, body)
        elif isinstance(body, ReviewSeconded) and body.review_id in entries:
            known = entries[body.review_id]
            # Before the second person agreed it did not count, whatever date was asked for.
            starts = max(known.review.effective_from, event.at.date())
            entries[body.review_id] = replace(
                known, review=replace(known.review, second=body.second, effective_from=starts)
            )
        elif isinstance(body, ReviewTakenBack) and body.review_id in entries:
            entries[body.review_id] = replace(entries[body.review_id], taken_back=True)
    return tuple(entries.values())


def _entry(event: Event, body: RowReview) -> ReviewEntry:
    review = Review(
        row_id=body.row_id,
        verdict=body.verdict,
        value=body.value,
        source=body.source,
        by=body.reviewer,
        on=event.at.date(),
        effective_from=body.effective_from,
        note=body.note,
    )
    return ReviewEntry(
        review_id=body.review_id,
        review=review,
        needs_second=body.needs_second,
        taken_back=False,
        recorded_by=event.by,
    )


def review_row(
    store: Clinic, person: Person, wish: RowToReview, *, reviewer: str | None = None, request: Request | None = None
) -> Receipt:
    """Record a review of one row; a figure five times or a fifth of the shipped one waits for a second person.

    Parameters
    ----------
    reviewer : str, optional
        Who read the source, when somebody else records it (the command line); the person who is signed in by default.

    Raises
    ------
    UnknownNameError
        There is no such row.
    InputError
        The source is missing, a figure is missing or out of place, or the date lies in the past.
    """
    row = reviewable_row(wish.row_id)
    today = store.today()
    starts = wish.effective_from or today
    if starts < today:
        raise InputError(f"effective_from {starts} lies before today ({today}): a review does not count backwards")
    body = RowReview(
        review_id=new_id(),
        row_id=row.id,
        verdict=wish.verdict,
        source=written(wish.source, "source", SHORTEST_SOURCE, LONGEST_TEXT),
        reviewer=written(reviewer or person.name, "the reviewer's name", 1, LONGEST_NAME),
        effective_from=starts,
        value=wish.value,
        note=_note(wish.note),
        needs_second=policy_of(store, person.clinic).asks_second_for_review(wish.verdict) or _is_far(wish.value, row),
    )
    event = store.event(person, EventKind.ROW_REVIEWED, body)
    _entry(event, body)  # the checks of a review itself
    if wish.value is not None and wish.value == row.value:
        raise InputError(f"the row says {wish.value} {row.unit} already; confirm it instead of correcting it")
    answer = {"review_id": body.review_id, "row_id": row.id, "needs_second": body.needs_second}
    return store.append([event], answer=answer, request=request)


def _is_far(value: Decimal | None, row: ReviewableRow) -> bool:
    """Return whether a correction lies so far from the shipped figure that it may be a slip of a digit."""
    if value is None or row.value is None or value == row.value:
        return False
    return value == 0 or not row.value / FAR < value < row.value * FAR


def second_review(
    store: Clinic,
    person: Person,
    review_id: str,
    *,
    second: str | None = None,
    note: str | None = None,
    request: Request | None = None,
) -> Receipt:
    """Stand for a review as the second person, who has read the same source.

    Raises
    ------
    UnknownNameError
        There is no such review.
    ConflictError
        It was taken back, or a second person stands for it already.
    InputError
        The second person is the first.
    """
    entry = _standing(store, person, review_id)
    if entry.review.second is not None:
        raise ConflictError(f"{entry.review.second} stands for this review already; nothing was written")
    name = written(second or person.name, "the second person's name", 1, LONGEST_NAME)
    if name.casefold() == entry.review.by.casefold():
        raise InputError(f"the second person must not be the first, {entry.review.by}; ask a colleague")
    # At the screen the account decides: whoever recorded a review cannot stand for it under another name.
    if second is None and person.name == entry.recorded_by:
        raise InputError("you recorded this review yourself; a colleague must confirm it")
    event = store.event(
        person, EventKind.REVIEW_SECONDED, ReviewSeconded(review_id=review_id, second=name, note=_note(note))
    )
    return store.append([event], answer={"review_id": review_id, "second": name}, request=request)


def take_back_review(
    store: Clinic, person: Person, review_id: str, *, reason: str, request: Request | None = None
) -> Receipt:
    """Take a review back: the shipped row (or an earlier review) holds again; both stay in the record."""
    _standing(store, person, review_id)
    why = written(reason, "the reason for taking a review back", 3, LONGEST_TEXT)
    event = store.event(person, EventKind.REVIEW_TAKEN_BACK, ReviewTakenBack(review_id=review_id), reason=why)
    return store.append([event], answer={"review_id": review_id}, request=request)


def _standing(store: Clinic, person: Person, review_id: str) -> ReviewEntry:
    for entry in review_entries(store, person.clinic):
        if entry.review_id == review_id:
            if entry.taken_back:
                raise ConflictError("this review was taken back already; nothing was written")
            return entry
    raise UnknownNameError(f"there is no review {review_id!r}; take the id from the list of reviews")


def _note(note: str | None) -> str | None:
    return None if note is None else written(note, "note", 0, LONGEST_TEXT)


def review_list(store: Clinic, clinic: str, *, on: Date | None = None) -> list[dict[str, Any]]:
    """Return every review beside the shipped row it speaks of, the newest first."""
    day = on or store.today()
    entries = review_entries(store, clinic)
    counting = {id(review) for review in reviews_in_force(reviews_of_entries(entries), day).values()}
    return [
        {
            **as_json(entry.review),
            "review_id": entry.review_id,
            "state": _state(entry, day, counting),
            "needs_second": entry.needs_second,
            "recorded_by": entry.recorded_by,
            "shipped": _shipped(entry.review.row_id),
        }
        for entry in reversed(entries)
    ]


def reviews_of_entries(entries: Iterable[ReviewEntry]) -> list[Review]:
    """Return the reviews among `entries` that are complete."""
    return [entry.review for entry in entries if entry.complete]


def _state(entry: ReviewEntry, day: Date, counting: set[int]) -> State:
    if entry.taken_back:
        return "taken_back"
    if not entry.complete:
        return "waits_for_second"
    if entry.review.effective_from > day:
        return "not_yet"
    return "counts" if id(entry.review) in counting else "replaced"


def _shipped(row_id: str) -> dict[str, Any] | None:
    """Return the shipped row; None when a newer program no longer ships it, which must not break the list."""
    row = reviewable_rows().get(row_id)
    return None if row is None else row_document(row)


def row_document(row: ReviewableRow) -> dict[str, Any]:
    """Return one shipped row as plain JSON."""
    return {**as_json(row), "verified": row.verified}


def review_rows(
    store: Clinic,
    clinic: str,
    *,
    text: str = "",
    product: str | None = None,
    unverified: bool = False,
) -> list[dict[str, Any]]:
    """Return the shipped rows with the review that counts for this clinic beside each.

    Parameters
    ----------
    text : str
        Words that must all occur in the row.
    product : str, optional
    unverified : bool
        Only rows that neither the shipped source nor a review verifies.
    """
    standing = reviews_in_force(reviews_of(store, clinic), store.today())
    words = text.lower().replace("_", " ").split()
    found = []
    for row in reviewable_rows().values():
        review = standing.get(row.id)
        about = f"{row.id} {row.product} {row.what} {' '.join(row.conditions)} {row.source.key}"
        hay = about.lower().replace("_", " ").replace(".", " ")
        if product not in (None, row.product) or not all(word in hay for word in words):
            continue
        if unverified and (row.verified or review is not None):
            continue
        found.append({**row_document(row), "review": as_json(review)})
    return found
