"""Whatever is called with whatever by whomever: the answer is one that the document tells of.

The calls are made up from the document that the application serves, in this process. Each is in a
savepoint that is rolled back afterwards: so a call may log everybody out, delete the role that lets
the caller in, or use up a limit, and the next one finds everything as it was.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import PasswordReset, User
from accounts.tokens import digest
from organizations.models import Organization, SignupRequest
from organizations.permissions import Permission
from organizations.services.signup_request import deny_signup
from service_accounts.models import ServiceAccountToken
from tests.conftest import SETUP, Actor, log_in, make_bot, session_of
from tests.environment import IS_LONG
from tests.factories import PASSWORD, InviteFactory, SpaceFactory, UserFactory, make_role
from tests.test_openapi import OPERATION_IDS

EXAMPLES = 200 if IS_LONG else 8
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    ignored_auth,
]
# The owner gets furthest.
WHO = ("owner", "owner", "bot", "member", "anonymous")


@dataclass(frozen=True)
class Team:
    """The tokens of those who call, and what is there to be named in a path or a body."""

    tokens: dict[str, str]
    ids: dict[str, str]
    values: dict[str, list[Any]]


@pytest.fixture
def team(
    organization: Organization, owner: Actor, member: Actor, pending: Actor, settings: Any
) -> Team:
    settings.SINGLE_ORGANIZATION = False
    bot = make_bot(organization, *Permission)
    token = ServiceAccountToken.objects.get(service_account__user=bot.user)
    role = make_role(organization, Permission.BOARD_READ, name="Reader")
    invite = InviteFactory.create(organization=organization, token="open", created_by=owner.user)
    guest = log_in(UserFactory.create())
    later = timezone.now() + dt.timedelta(hours=1)
    PasswordReset.objects.create(user=guest.user, digest=digest("reset"), expires_at=later)
    ids = {
        "organization_id": organization.pk,
        "user_id": member.user.pk,
        "role_id": role.pk,
        "invite_id": invite.pk,
        "request_id": SignupRequest.objects.get().pk,
        "space_id": SpaceFactory.create(organization=organization).pk,
        "account_id": token.service_account_id,
        "token_id": token.pk,
        "session_id": session_of(owner).pk,
        "token": "open",
    }
    values: dict[str, list[Any]] = {
        "email": [User.objects.get(pk=guest.user.pk).email, "somebody@example.com"],
        "password": [PASSWORD],
        "current_password": [PASSWORD],
        "new_password": ["nine purple envelopes in the rain"],
        "refresh_token": [guest.refresh_token],
        "invite_token": ["open"],
        "token": ["reset"],
        "role_ids": [[str(role.pk)], []],
    }
    tokens = {"anonymous": "", "member": member.token, "owner": owner.token, "bot": bot.token}
    return Team(tokens, {name: str(value) for name, value in ids.items()}, values)


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Requests do not close the connection that holds the test's transaction (the test client of
    Django sees to the same)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def document() -> Any:
    return schemathesis.openapi.from_wsgi("/api/schema", get_wsgi_application())


@cache
def operation(operation_id: str) -> Any:
    return document().find_operation_by_id(operation_id)


def modes(operation_id: str) -> list[GenerationMode]:
    """Good calls, and bad ones where there is something to get wrong."""
    call = operation(operation_id)
    can_be_wrong = bool(call.body) or any(True for _ in call.iter_parameters())
    both = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    return both if can_be_wrong else [GenerationMode.POSITIVE]


def name_what_is_there(case: Case[Any], team: Team, data: st.DataObject) -> None:
    """Ids that nobody has lead no further than a 404: put in those that exist."""
    for name in set(case.path_parameters) & team.ids.keys():
        case.path_parameters[name] = team.ids[name]
    if isinstance(case.body, dict) and data.draw(st.booleans()):
        for name in sorted(case.body.keys() & team.values.keys()):
            case.body[name] = data.draw(st.sampled_from(team.values[name]))


@pytest.mark.django_db
@pytest.mark.parametrize("operation_id", sorted(OPERATION_IDS))
def test_every_answer_is_one_that_the_document_tells_of(
    operation_id: str, team: Team, kept_connection: None
) -> None:
    statuses: Counter[int] = Counter()
    if operation_id == "reopenSignup":
        deny_signup(request_id=SignupRequest.objects.get().pk, by=SETUP)

    @settings(max_examples=EXAMPLES)
    @given(data=st.data())
    def call(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from(modes(operation_id)))
        case = data.draw(operation(operation_id).as_strategy(generation_mode=mode))
        if mode is GenerationMode.POSITIVE or data.draw(st.booleans()):
            name_what_is_there(case, team, data)
        token = team.tokens[data.draw(st.sampled_from(WHO))]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with transaction.atomic():
            answer = case.call_and_validate(headers=headers, checks=CHECKS)
            transaction.set_rollback(True)
        statuses[answer.status_code] += 1

    call()
    print(operation_id, dict(statuses))
