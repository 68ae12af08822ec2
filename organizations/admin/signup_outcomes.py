"""What decisions came to, kept in the session of whoever decided, for a page that opens again."""

import uuid
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.db import Error
from django.http import HttpRequest

from accounts.admin_sessions import SessionStore
from accounts.ids import uuid7
from config.exceptions import is_outage, log_outage
from organizations.admin.decision import Decision, Outcome
from organizations.models import SignupRequest

KEPT = "decided_signups"
MAX_KEPT = 3


def keep(request: HttpRequest, decision: Decision, outcomes: list[Outcome]) -> str | None:
    """Returns the key of the list; None while the database cannot be reached.

    Each list has a key of its own, so that another tab overwrites none; the oldest is forgotten.
    The session holds on to nobody's address. If somebody ended it meanwhile, nothing is kept: the
    key leads to the log-in.
    """
    key = str(uuid7())
    rows = [[str(one.key), one.is_done, one.text] for one in outcomes]
    try:
        # As it is stored by now: another tab may have decided meanwhile.
        earlier = SessionStore(request.session.session_key).get(KEPT, [])
        kept = [*earlier, {"key": key, "decision": decision.value, "rows": rows}]
        request.session[KEPT] = kept[-MAX_KEPT:]
        request.session.save()
    except (Error, UpdateError) as error:  # the session makes the one of the other
        reason = error.__context__ if isinstance(error, UpdateError) else error
        request.session.modified = False
        if is_outage(reason):
            log_outage(error)
            return None
        if not isinstance(error, UpdateError):
            raise
    return key


def find_kept(request: HttpRequest, key: uuid.UUID) -> tuple[Decision, list[Outcome]] | None:
    """The decision and its outcomes, with what the requests are called today."""
    found = [one for one in request.session.get(KEPT, []) if one["key"] == str(key)]
    if not found:
        return None
    rows = [(uuid.UUID(row), is_done, text) for row, is_done, text in found[0]["rows"]]
    requests = SignupRequest.objects.select_related("user").in_bulk([row for row, _, _ in rows])
    outcomes = [Outcome(row, requests.get(row), is_done, text) for row, is_done, text in rows]
    return Decision(found[0]["decision"]), outcomes


def as_context(decision: Decision, outcomes: list[Outcome]) -> dict[str, Any]:
    """For the page that shows them."""
    return {
        "title": "What was decided",
        "decision": decision,
        "rows": outcomes,
        "done": sum(one.is_done for one in outcomes),
    }
