"""GET and PATCH /me."""

import re
import uuid

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from organizations.models import Organization, SignupRequest
from tests.conftest import Actor, log_in, make_bot, refusal

pytestmark = pytest.mark.django_db

SHAPE = {"id", "email", "display_name", "created_at", "service_account", "signup_pending"}
RFC_3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@pytest.fixture(params=["access token", "service account token"])
def caller(request: pytest.FixtureRequest, organization: Organization) -> Actor:
    """Anybody who may call, with either kind of credential."""
    if request.param == "access token":
        actor: Actor = request.getfixturevalue("member")
        return actor
    return make_bot(organization)


def test_a_person_sees_themselves(owner: Actor) -> None:
    answer = owner.get("/me")
    body = answer.json()
    assert (answer.status_code, body.keys()) == (200, SHAPE)
    assert (body["id"], body["email"]) == (str(owner.user.pk), "owner@example.com")
    assert body["display_name"] == "Olivia Owner"
    assert (body["service_account"], body["signup_pending"]) == (None, False)


def test_ids_are_lower_case_version_7_and_times_are_utc(owner: Actor) -> None:
    body = owner.get("/me").json()
    assert uuid.UUID(body["id"]).version == 7
    assert body["id"] == str(uuid.UUID(body["id"]))
    assert RFC_3339_UTC.fullmatch(body["created_at"])


def test_a_missing_name_is_null(member: Actor) -> None:
    assert member.get("/me").json()["display_name"] is None


def test_a_pending_account_sees_its_request(pending: Actor, organization: Organization) -> None:
    body = pending.get("/me").json()
    assert body["signup_pending"] is True
    assert body["signup_request"] == {
        "id": str(SignupRequest.objects.get().pk),
        "organization_id": str(organization.pk),
        "status": "pending",
    }


def test_a_service_account_sees_what_it_is(bot: Actor, organization: Organization) -> None:
    body = bot.get("/me").json()
    assert body.keys() == SHAPE
    assert body["id"] == str(bot.user.pk)
    assert body["service_account"] == {
        "id": str(bot.user.service_account.pk),
        "organization_id": str(organization.pk),
    }
    assert (body["display_name"], body["signup_pending"]) == ("Bot", False)


def test_a_credential_is_needed(anonymous: Actor) -> None:
    assert refusal(anonymous.get("/me")) == (401, "unauthorized", "unauthorized")
    body = {"display_name": "x"}
    assert refusal(anonymous.patch("/me", body)) == (401, "unauthorized", "unauthorized")


def test_a_name_is_set_trimmed(caller: Actor) -> None:
    answer = caller.patch("/me", {"display_name": "  Mia Member "})
    assert (answer.status_code, answer.json()["display_name"]) == (200, "Mia Member")
    assert answer.json() == caller.get("/me").json()


@pytest.mark.parametrize("blank", [None, "", "   ", "\t\n"])
def test_null_or_blank_clears_the_name(caller: Actor, blank: object) -> None:
    caller.patch("/me", {"display_name": "Mia"})
    answer = caller.patch("/me", {"display_name": blank})
    assert (answer.status_code, answer.json()["display_name"]) == (200, None)
    assert User.objects.get(pk=caller.user.pk).display_name == ""


@pytest.mark.parametrize("body", [{}, {"unknown": 1}, {"name": "Eve"}])
def test_what_is_absent_is_left(caller: Actor, body: dict[str, object]) -> None:
    caller.patch("/me", {"display_name": "Mia"})
    answer = caller.patch("/me", body)
    assert (answer.status_code, answer.json()["display_name"]) == (200, "Mia")


def test_a_pending_account_may_name_itself(pending: Actor) -> None:
    answer = pending.patch("/me", {"display_name": "Nora"})
    assert (answer.status_code, answer.json()["display_name"]) == (200, "Nora")
    assert answer.json()["signup_request"]["status"] == "pending"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x" * 201, "max_length"),
        (5, "invalid"),
        (True, "invalid"),
        (["Mia"], "invalid"),
        ({"first": "Mia"}, "invalid"),
        ("Mia\nMember", "unprintable"),
        ("Mia\x1b[31m", "unprintable"),
        ("Mia\u202egnp", "unprintable"),
        ("Mia\u2066x", "unprintable"),
    ],
)
def test_a_bad_name_is_refused_and_changes_nothing(caller: Actor, value: object, code: str) -> None:
    answer = caller.patch("/me", {"display_name": value})
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["fields"] == {"display_name": [code]}
    assert User.objects.get(pk=caller.user.pk).display_name != value


@pytest.mark.parametrize(
    "value", ["x" * 200, "Zoë 株式会社 \U0001f680", "O'Neill <b>", "\u0645\u064a"]
)
def test_any_other_name_is_fine(caller: Actor, value: str) -> None:
    assert caller.patch("/me", {"display_name": value}).json()["display_name"] == value


def test_nothing_else_can_be_changed(caller: Actor) -> None:
    before = User.objects.values().get(pk=caller.user.pk)
    answer = caller.patch(
        "/me",
        {
            "id": str(uuid.uuid4()),
            "email": "eve@example.com",
            "password": "x",
            "is_staff": True,
            "is_superuser": True,
            "is_active": False,
            "signup_pending": False,
            "signup_status": "denied",
            "kind": "human",
            "role": "Owner",
        },
    )
    assert answer.status_code == 200
    after = User.objects.values().get(pk=caller.user.pk)
    assert {**after, "last_seen_at": None} == {**before, "last_seen_at": None}


def test_a_pending_account_does_not_approve_itself(pending: Actor) -> None:
    pending.patch("/me", {"signup_pending": False, "signup_status": "approved"})
    assert pending.get("/me").json()["signup_pending"] is True
    assert SignupRequest.objects.get().status == "pending"


def test_a_name_of_somebody_else_stays(member: Actor, owner: Actor) -> None:
    member.patch("/me", {"display_name": "Mia"})
    assert owner.get("/me").json()["display_name"] == "Olivia Owner"


def test_no_body_is_invalid_json(caller: Actor) -> None:
    assert refusal(caller.patch("/me")) == (400, "invalid json", "invalid_json")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_not_allowed(caller: Actor, method: str) -> None:
    answer = caller.send(method, "/me", "{}")
    assert refusal(answer) == (405, "method not allowed", "method_not_allowed")
    assert {"GET", "PATCH"} <= set(answer["Allow"].split(", "))


def test_reading_takes_two_queries(
    caller: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    caller.get("/me")
    with django_assert_num_queries(2):
        caller.get("/me")


def test_an_approved_account_is_pending_no_more(pending: Actor) -> None:
    User.objects.filter(pk=pending.user.pk).update(signup_status="approved")
    assert log_in(User.objects.get(pk=pending.user.pk)).get("/me").json()["signup_pending"] is False
