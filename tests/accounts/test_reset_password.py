"""POST /auth/password/reset."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AuditEvent, PasswordReset, Session, User
from accounts.tokens import digest
from organizations.models import Organization
from tests.conftest import Actor, Answer, log_in, refusal
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

NEW = "another long pass phrase"
INVALID = (400, "invalid or expired token", "invalid_reset_token")
REQUIRED = (400, "token and new_password required", "token_and_new_password_required")


def mail_link(user: User | None, link: str = "mailed", **fields: Any) -> PasswordReset:
    expires_at = timezone.now() + dt.timedelta(minutes=1)
    values = {"user": user, "digest": digest(link), "expires_at": expires_at, **fields}
    return PasswordReset.objects.create(**values)


def reset(link: object = "mailed", new: object = NEW) -> Answer:
    return Actor().post("/auth/password/reset", {"token": link, "new_password": new})


def opens(actor: Actor, password: str) -> bool:
    body = {"email": actor.user.email, "password": password}
    return bool(Actor().post("/auth/login", body).status_code == 200)


def is_unchanged(actor: Actor) -> bool:
    stored = User.objects.get(pk=actor.user.pk).password
    told = AuditEvent.objects.filter(action="password.reset")
    return stored == actor.user.password and not told.exists()


def test_the_new_password_opens_and_the_old_one_no_more(member: Actor) -> None:
    mail_link(member.user)
    answer = reset()
    assert (answer.status_code, answer.content) == (204, b"")
    assert (opens(member, PASSWORD), opens(member, NEW)) == (False, True)


def test_all_sessions_end(member: Actor, owner: Actor) -> None:
    other = log_in(member.user)
    mail_link(member.user)
    reset()
    for actor in (member, other):
        assert actor.get("/me").status_code == 401
        body = {"refresh_token": actor.refresh_token}
        assert Actor().post("/auth/refresh", body).status_code == 401
    assert set(Session.objects.filter(user=member.user).values_list("revoked_reason")) == {
        ("password_reset",)
    }
    assert owner.get("/me").status_code == 200


def test_a_link_works_once(member: Actor) -> None:
    mail_link(member.user)
    assert reset().status_code == 204
    assert refusal(reset(new="a third long pass phrase")) == INVALID
    assert opens(member, NEW)


def test_other_links_of_the_same_person_die_with_it(member: Actor, owner: Actor) -> None:
    mail_link(member.user)
    mail_link(member.user, "second")
    mail_link(owner.user, "of somebody else")
    reset()
    assert refusal(reset("second")) == INVALID
    assert reset("of somebody else").status_code == 204


def test_a_password_of_the_command_line_kills_links_too(
    member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a leak this is what the operator does."""
    mail_link(member.user)
    monkeypatch.setattr("getpass.getpass", lambda **_: NEW)
    call_command("changepassword", member.user.email, stdout=io.StringIO())
    assert refusal(reset(new="a third long pass phrase")) == INVALID
    assert opens(member, NEW)


def test_a_password_change_in_the_admin_kills_links_too(owner: Actor) -> None:
    mail_link(owner.user)
    owner.client.post("/admin/login/", {"username": owner.user.email, "password": PASSWORD})
    body = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert owner.client.post("/admin/password_change/", body).status_code == 302
    assert refusal(reset(new="a third long pass phrase")) == INVALID


def test_a_password_change_kills_links_too(member: Actor) -> None:
    mail_link(member.user)
    member.post("/me/password", {"current_password": PASSWORD, "new_password": NEW})
    assert refusal(reset(new="a third long pass phrase")) == INVALID


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_at": timezone.now() - dt.timedelta(seconds=1)},
        {"used_at": timezone.now()},
        {"digest": digest("another")},
    ],
    ids=["expired", "used", "unknown"],
)
def test_one_that_works_no_more_changes_nothing(member: Actor, fields: dict[str, Any]) -> None:
    mail_link(member.user, **fields)
    assert refusal(reset()) == INVALID
    assert is_unchanged(member)
    assert member.get("/me").status_code == 200


@pytest.mark.parametrize("fields", [{"is_active": False}, {"signup_status": "denied"}])
def test_an_account_that_was_shut_meanwhile_stays_shut(
    member: Actor, fields: dict[str, Any]
) -> None:
    mail_link(member.user)
    User.objects.filter(pk=member.user.pk).update(**fields)
    assert refusal(reset()) == INVALID
    assert is_unchanged(member)


def test_the_trace_of_an_unknown_address_is_no_link(db: None) -> None:
    mail_link(None)
    assert refusal(reset()) == INVALID


def test_the_digest_in_the_database_is_no_token(member: Actor) -> None:
    made = mail_link(member.user)
    assert refusal(reset(made.digest)) == INVALID


@pytest.mark.parametrize("token", ["mailed ", " mailed", "MAILED", "x" * 5000])
def test_a_token_is_taken_exactly_as_received(member: Actor, token: str) -> None:
    mail_link(member.user)
    assert refusal(reset(token)) == INVALID
    assert reset().status_code == 204


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("short", "password_too_short"),
        ("x7!" * 342, "password_too_long"),
        ("password123", "password_too_common"),
        ("member@example.com", "password_too_similar"),
    ],
)
def test_a_bad_password_leaves_the_link_usable(member: Actor, new: str, code: str) -> None:
    mail_link(member.user)
    answer = reset(new=new)
    assert answer.status_code == 400
    assert code in answer.json()["fields"]["new_password"]
    assert is_unchanged(member)
    assert reset().status_code == 204


@pytest.mark.parametrize("new", ["Hangars-of-Zanzibar", "hangars-of-zanzibar1"])
def test_the_name_of_the_organization_is_refused(member: Actor, new: str) -> None:
    Organization.objects.update(name="Hangars-of-Zanzibar")
    mail_link(member.user)
    answer = reset(new=new)
    assert (answer.status_code, answer.json().get("fields")) == (
        400,
        {"new_password": ["password_too_similar"]},
    )


@pytest.mark.parametrize(
    "body", [{}, {"token": "mailed"}, {"new_password": NEW}, {"token": "", "new_password": None}]
)
def test_both_are_required(member: Actor, body: dict[str, object]) -> None:
    mail_link(member.user)
    assert refusal(Actor().post("/auth/password/reset", body)) == REQUIRED
    assert is_unchanged(member)


@pytest.mark.parametrize("value", [5, True, ["mailed"], {"a": "b"}, "nul\x00nul\x00"])
@pytest.mark.parametrize("field", ["link", "new"])
def test_what_is_no_text_is_refused(member: Actor, field: str, value: object) -> None:
    mail_link(member.user)
    assert reset(**{field: value}).status_code == 400
    assert is_unchanged(member)


def test_it_lifts_the_lock_of_wrong_tries(member: Actor) -> None:
    for _ in range(11):
        opens(member, "wrong password")
    assert not opens(member, PASSWORD)
    mail_link(member.user)
    reset()
    assert opens(member, NEW)


def test_it_does_not_approve_anybody(pending: Actor) -> None:
    mail_link(pending.user)
    assert reset().status_code == 204
    body = {"email": "pending@example.com", "password": NEW}
    assert Actor().post("/auth/login", body).json()["signup_pending"] is True


def test_a_stale_credential_is_not_looked_at(organization: Organization) -> None:
    user = UserFactory.create()
    mail_link(user)
    body = {"token": "mailed", "new_password": NEW}
    assert Actor("stale").post("/auth/password/reset", body).status_code == 204


def test_one_event_tells_of_it_without_token_and_password(member: Actor) -> None:
    mail_link(member.user, "mailed-token")
    reset("mailed-token")
    event = AuditEvent.objects.get(action="password.reset")
    assert (event.actor_id, event.target_id) == (member.user.pk, member.user.pk)
    text = str(list(AuditEvent.objects.values()))
    assert not [secret for secret in ("mailed-token", NEW, PASSWORD) if secret in text]
