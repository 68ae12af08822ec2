"""GET /organizations/{org}/signup-requests, and POST …/{id}/approve, /deny and /reopen."""

import json
import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEvent, Session
from organizations.models import MemberRole, Membership, Organization, SignupRequest
from organizations.permissions import Permission
from tests.conftest import Actor, Answer, log_in, make_bot, refusal
from tests.factories import (
    PASSWORD,
    OrganizationFactory,
    SignupRequestFactory,
    UserFactory,
    add_member,
    make_role,
)

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
NOT_FOUND = (404, "request not found", "request_not_found")
RESOLVED = (409, "signup request already resolved", "signup_already_resolved")
VERBS = ["approve", "deny", "reopen"]


@pytest.fixture
def path(organization: Organization) -> str:
    return f"/organizations/{organization.pk}/signup-requests"


@pytest.fixture(params=["access token", "service account token"])
def manager(request: pytest.FixtureRequest, organization: Organization) -> Actor:
    """A holder of org.members.manage, with either kind of credential."""
    if request.param == "service account token":
        return make_bot(organization, Permission.ORG_MEMBERS_MANAGE, name="Keeper")
    user = UserFactory.create(email="manager@example.com")
    add_member(organization, user, make_role(organization, Permission.ORG_MEMBERS_MANAGE))
    return log_in(user)


def decide(actor: Actor, path: str, verb: str, content: str = "") -> Answer:
    return actor.send("POST", f"{path}/{SignupRequest.objects.get().pk}/{verb}", content)


def status() -> str:
    return SignupRequest.objects.get().status


def decisions() -> list[str]:
    events = AuditEvent.objects.filter(action__startswith="signup.").order_by("pk")
    return [event.action for event in events]


def test_a_request_is_shown_in_its_shape(manager: Actor, pending: Actor, path: str) -> None:
    (row,) = manager.get(path).json()["signup_requests"]
    request = SignupRequest.objects.get()
    assert row.pop("created_at").endswith("Z")
    assert row == {
        "id": str(request.pk),
        "organization_id": str(request.organization_id),
        "user_id": str(pending.user.pk),
        "status": "pending",
        "resolved_at": None,
        "resolved_by_user_id": None,
        "email": "pending@example.com",
        "display_name": None,
    }


def test_the_oldest_comes_first(manager: Actor, organization: Organization, path: str) -> None:
    made = [SignupRequestFactory.create(organization=organization) for _ in range(3)]
    rows = manager.get(path).json()["signup_requests"]
    assert [row["id"] for row in rows] == [str(request.pk) for request in made]


def test_requests_of_another_organization_are_not_listed(manager: Actor, path: str) -> None:
    SignupRequestFactory.create()
    assert manager.get(f"{path}?status=all").json() == {"signup_requests": []}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"pending"}),
        ("?status=pending", {"pending"}),
        ("?status=approved", {"approved"}),
        ("?status=denied", {"denied"}),
        ("?status=all", {"pending", "approved", "denied"}),
    ],
)
def test_a_status_is_asked_for(
    owner: Actor, organization: Organization, path: str, query: str, expected: set[str]
) -> None:
    for verb in ("approve", "deny", ""):
        request = SignupRequestFactory.create(organization=organization)
        assert not verb or owner.post(f"{path}/{request.pk}/{verb}").status_code == 204
    rows = owner.get(path + query).json()["signup_requests"]
    assert {row["status"] for row in rows} == expected
    assert len(rows) == len(expected)


@pytest.mark.parametrize("value", ["", "open", "PENDING", "pending,denied", "%00"])
def test_another_status_is_invalid(owner: Actor, path: str, value: str) -> None:
    answer = owner.get(f"{path}?status={value}")
    assert refusal(answer) == (400, "invalid status", "invalid_status")


def test_an_applicant_who_is_approved_becomes_a_member(
    manager: Actor, pending: Actor, path: str
) -> None:
    answer = decide(manager, path, "approve")
    assert (answer.status_code, answer.content) == (204, b"")
    request = SignupRequest.objects.get()
    assert (request.status, request.resolved_by) == ("approved", manager.user)
    assert request.resolved_through == "api"
    assert pending.get(path.rpartition("/")[0]).status_code == 200
    assert not MemberRole.objects.filter(membership__user=pending.user).exists()


def test_one_who_is_denied_is_logged_out_and_stays_outside(
    manager: Actor, pending: Actor, path: str
) -> None:
    assert decide(manager, path, "deny").status_code == 204
    assert pending.get("/me").status_code == 401
    body = {"email": pending.user.email, "password": PASSWORD}
    assert refusal(Actor().post("/auth/login", body)) == (403, "signup_denied", "signup_denied")
    assert not Membership.objects.filter(user=pending.user).exists()
    assert Session.objects.get(user=pending.user).revoked_reason == "signup_denied"


def test_one_who_is_let_back_waits_again(manager: Actor, pending: Actor, path: str) -> None:
    decide(manager, path, "deny")
    assert decide(manager, path, "reopen").status_code == 204
    request = SignupRequest.objects.get()
    assert (request.status, request.resolved_at, request.resolved_by) == ("pending", None, None)
    body = {"email": pending.user.email, "password": PASSWORD}
    assert Actor().post("/auth/login", body).json()["signup_pending"] is True
    assert pending.get("/me").status_code == 401  # sessions that were ended stay ended
    assert decide(manager, path, "approve").status_code == 204


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("approve", second) for second in VERBS),
        ("deny", "approve"),
        ("deny", "deny"),
        ("", "reopen"),
    ],
)
def test_the_first_decision_stands(
    owner: Actor, pending: Actor, path: str, first: str, second: str
) -> None:
    assert not first or decide(owner, path, first).status_code == 204
    before, told = SignupRequest.objects.values().get(), decisions()
    assert refusal(decide(owner, path, second)) == RESOLVED
    assert SignupRequest.objects.values().get() == before
    assert decisions() == told


@pytest.mark.parametrize("verb", VERBS)
def test_a_foreign_request_is_not_found(owner: Actor, path: str, verb: str) -> None:
    foreign = SignupRequestFactory.create(organization=OrganizationFactory.create())
    for request_id in (foreign.pk, uuid.uuid4()):
        assert refusal(owner.post(f"{path}/{request_id}/{verb}")) == NOT_FOUND
    assert (status(), decisions()) == ("pending", [])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("content", ["{", "[]", "null", "x"])
def test_no_body_is_needed_but_a_malformed_one_is_refused(
    owner: Actor, pending: Actor, path: str, verb: str, content: str
) -> None:
    invalid = (400, "invalid json", "invalid_json")
    assert refusal(decide(owner, path, verb, content)) == invalid
    answer = owner.send("POST", f"{path}/{uuid.uuid4()}/{verb}", content)
    assert refusal(answer) == invalid  # the body comes before existence
    assert (status(), decisions()) == ("pending", [])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", ["member", "bot", "pending"])
def test_who_may_not_decides_nothing(
    request: pytest.FixtureRequest, pending: Actor, path: str, verb: str, who: str
) -> None:
    actor: Actor = request.getfixturevalue(who)
    assert decide(actor, path, verb, "{").status_code == 403
    assert actor.get(path).status_code == 403
    assert (status(), decisions()) == ("pending", [])


def test_every_other_permission_together_decides_nothing(
    organization: Organization, pending: Actor, path: str
) -> None:
    others = set(Permission) - {Permission.ORG_MEMBERS_MANAGE}
    bot = make_bot(organization, *others)
    assert [refusal(decide(bot, path, verb)) for verb in VERBS] == [FORBIDDEN] * 3
    assert status() == "pending"


@pytest.mark.parametrize("verb", VERBS)
def test_a_link_decides_nothing(owner: Actor, pending: Actor, path: str, verb: str) -> None:
    answer = owner.get(f"{path}/{SignupRequest.objects.get().pk}/{verb}")
    assert refusal(answer) == (405, "method not allowed", "method_not_allowed")
    assert status() == "pending"


def test_a_reason_is_kept_for_staff_alone(
    manager: Actor,
    pending: Actor,
    path: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decide(manager, path, "deny", '{"reason": " Nobody knows them "}')
    assert SignupRequest.objects.get().reason == "Nobody knows them"
    (letter,) = mail.outbox
    assert letter.to == ["pending@example.com"]
    assert "Nobody knows them" not in str(letter.body)
    assert "Nobody knows them" not in manager.get(f"{path}?status=all").content.decode()


@pytest.mark.parametrize("notify", [True, False])
def test_the_applicant_is_told_unless_it_is_not_wished(
    owner: Actor,
    pending: Actor,
    path: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    notify: bool,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decide(owner, path, "deny", json.dumps({"notify": notify}))
        decide(owner, path, "deny")
    assert len(mail.outbox) == int(notify)


def test_an_approval_is_told_once(
    owner: Actor,
    pending: Actor,
    path: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decide(owner, path, "approve")
        decide(owner, path, "approve")
    assert [letter.to for letter in mail.outbox] == [["pending@example.com"]]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('{"notify": "no"}', "notify"),
        ('{"notify": null}', "notify"),
        ('{"reason": 5}', "reason"),
        (f'{{"reason": "{"x" * 1001}"}}', "reason"),
    ],
)
def test_a_wrong_field_decides_nothing(
    owner: Actor, pending: Actor, path: str, content: str, field: str
) -> None:
    answer = decide(owner, path, "deny", content)
    assert (answer.status_code, answer.json()["fields"].keys()) == (400, {field})
    assert status() == "pending"


def test_one_event_tells_of_each_decision(manager: Actor, pending: Actor, path: str) -> None:
    for verb in ("deny", "reopen", "approve"):
        decide(manager, path, verb)
    assert decisions() == ["signup.denied", "signup.reopened", "signup.approved"]
    event = AuditEvent.objects.get(action="signup.approved")
    assert (event.actor_id, event.door) == (manager.user.pk, "api")
    assert event.after["email"] == "pending@example.com"


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_of_any_length_costs_three_queries(
    owner: Actor, organization: Organization, path: str, count: int
) -> None:
    SignupRequestFactory.create_batch(count, organization=organization)
    owner.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert len(owner.get(path).json()["signup_requests"]) == count
    assert len(queries) == 3
