"""Which of the requests that were ticked a decision is asked for, and why not for the others."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from organizations.admin.decision import MAX_AT_ONCE, Decision, stands, too_late
from organizations.models import SignupRequest
from organizations.models.signup_request import THROUGH_INVITE, UNDO_WITHIN
from organizations.services.signup_request import why_they_stand

MAX_WARNINGS = 20


@dataclass(frozen=True)
class Choice:
    """`asked` can be decided, as far as is known before the POST; the rest is sentences."""

    asked: list[SignupRequest]
    refusals: list[str]
    notice: str


def choose(decision: Decision, queryset: QuerySet[SignupRequest], *, is_whole_list: bool) -> Choice:
    """As many as are decided at once. Where a whole list is undone, nothing is said of what is too
    old for it: there may be any number."""
    rows = queryset.select_related("user", "organization", "resolved_by")
    found = list(_open(decision, rows)[: MAX_AT_ONCE + 1])
    refusals = _refusals(decision, [*_others(decision, rows, found, is_whole_list), *found])
    which = "latest" if decision.is_undoing else "oldest"
    return Choice(
        asked=[one for one in found if one.pk not in refusals][:MAX_AT_ONCE],
        refusals=[*refusals.values()][:MAX_WARNINGS],
        notice=f"The {which} {MAX_AT_ONCE} are decided first." if len(found) > MAX_AT_ONCE else "",
    )


def _others(
    decision: Decision,
    rows: QuerySet[SignupRequest],
    found: list[SignupRequest],
    is_whole_list: bool,
) -> Iterable[SignupRequest]:
    """The first few for which there is nothing to ask."""
    if decision.is_undoing and is_whole_list:
        return ()
    if decision.is_undoing:
        others = rows.exclude(pk__in=[one.pk for one in found])
    else:
        others = rows.exclude(status=decision.acts_on)
    return others.order_by("created_at", "pk")[:MAX_WARNINGS]


def _open(decision: Decision, rows: QuerySet[SignupRequest]) -> QuerySet[SignupRequest]:
    """In the order of an index; of decisions that stand, there may be any number."""
    rows = rows.filter(status=decision.acts_on)
    if not decision.is_undoing:
        return rows.order_by("created_at", "pk")
    recent = rows.filter(resolved_at__gt=timezone.now() - UNDO_WITHIN)
    return recent.exclude(resolved_through=THROUGH_INVITE).order_by("-resolved_at")


def _refusals(decision: Decision, requests: Collection[SignupRequest]) -> dict[uuid.UUID, str]:
    """Why there is nothing to ask, as sentences. Only the POST knows for sure."""
    late = {one.pk: too_late(one) for one in requests if one.status != decision.acts_on}
    if not decision.is_undoing:
        return late
    why = why_they_stand([one for one in requests if one.pk not in late])
    return late | {one.pk: stands(one, why[one.pk]) for one in requests if one.pk in why}
