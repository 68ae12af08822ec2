"""POST /me/password."""

import pytest

from accounts.models import AuditEvent, User
from tests.conftest import Actor, Answer, log_in, refusal
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "another long pass phrase"
REQUIRED = (400, "current_password and new_password required", "passwords_required")
WRONG = (403, "invalid credentials", "wrong_password")


def change(actor: Actor, current: object = PASSWORD, new: object = NEW) -> Answer:
    return actor.post("/me/password", {"current_password": current, "new_password": new})


def opens(actor: Actor, password: str) -> bool:
    body = {"email": actor.user.email, "password": password}
    return bool(Actor().post("/auth/login", body).status_code == 200)


def is_unchanged(actor: Actor) -> bool:
    stored = User.objects.get(pk=actor.user.pk).password
    told = AuditEvent.objects.filter(action="password.changed")
    return stored == actor.user.password and not told.exists()


def test_the_new_one_opens_and_the_old_one_no_more(member: Actor) -> None:
    answer = change(member)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (opens(member, PASSWORD), opens(member, NEW)) == (False, True)


def test_every_other_session_is_dead_with_both_tokens(member: Actor) -> None:
    others = [log_in(member.user) for _ in range(3)]
    change(member)
    for other in others:
        assert other.get("/me").status_code == 401
        refreshed = other.post("/auth/refresh", {"refresh_token": other.refresh_token})
        assert refusal(refreshed)[:2] == (401, "invalid refresh token")


def test_the_session_that_asked_lives_on(member: Actor, owner: Actor) -> None:
    change(member)
    assert member.get("/me").status_code == 200
    body = {"refresh_token": member.refresh_token}
    assert member.post("/auth/refresh", body).status_code == 200
    assert owner.get("/me").status_code == 200


@pytest.mark.parametrize("current", ["wrong", PASSWORD + " ", PASSWORD.upper(), "x" * 1024])
def test_the_current_one_must_be_right(member: Actor, current: str) -> None:
    other = log_in(member.user)
    assert refusal(change(member, current)) == WRONG
    assert is_unchanged(member)
    assert other.get("/me").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"new_password": NEW},
        {"current_password": PASSWORD},
        {"current_password": None, "new_password": NEW},
        {"current_password": PASSWORD, "new_password": ""},
    ],
)
def test_both_are_required(member: Actor, body: dict[str, object]) -> None:
    assert refusal(member.post("/me/password", body)) == REQUIRED
    assert is_unchanged(member)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("short", "password_too_short"),
        ("x7!" * 342, "password_too_long"),
        ("password123", "password_too_common"),
        ("member@example.com", "password_too_similar"),
        (PASSWORD, "password_unchanged"),
    ],
)
def test_a_bad_new_one_is_refused(member: Actor, new: str, code: str) -> None:
    answer = change(member, new=new)
    assert answer.status_code == 400
    assert code in answer.json()["fields"]["new_password"]
    assert is_unchanged(member)


@pytest.mark.parametrize("new", ["Hangars-of-Zanzibar", "hangars-of-zanzibar1"])
def test_the_name_of_the_organization_is_refused(owner: Actor, new: str) -> None:
    organization = owner.get("/organizations").json()["organizations"][0]
    owner.patch(f"/organizations/{organization['id']}", {"name": "Hangars-of-Zanzibar"})
    answer = change(owner, new=new)
    assert answer.json()["fields"] == {"new_password": ["password_too_similar"]}


@pytest.mark.parametrize("new", ["no digit in here", " leads and trails ", "🚀" * 8, "x7! " * 50])
def test_there_are_no_composition_rules(member: Actor, new: str) -> None:
    assert change(member, new=new).status_code == 204
    assert (opens(member, new), opens(member, new.strip() + "x")) == (True, False)


@pytest.mark.parametrize("field", ["current", "new"])
@pytest.mark.parametrize("value", [5, True, ["x"], {"a": "b"}, "nul\x00nul\x00"])
def test_what_is_no_text_is_refused(member: Actor, field: str, value: object) -> None:
    assert change(member, **{field: value}).status_code == 400
    assert is_unchanged(member)


def test_wrong_tries_count_with_the_log_ins_of_the_account(member: Actor) -> None:
    statuses = [change(member, "wrong password").status_code for _ in range(11)]
    assert statuses == [403] * 10 + [429]
    body = {"email": member.user.email, "password": PASSWORD}
    assert Actor().post("/auth/login", body).status_code == 429


def test_a_service_account_is_refused(bot: Actor, anonymous: Actor) -> None:
    assert refusal(change(bot)) == (403, "forbidden", "forbidden")
    assert refusal(bot.send("POST", "/me/password", "{")) == (403, "forbidden", "forbidden")
    assert change(anonymous).status_code == 401


def test_a_pending_account_may_change_its_own(pending: Actor) -> None:
    assert change(pending).status_code == 204
    assert pending.get("/me").json()["signup_pending"] is True


def test_the_events_tell_of_it_without_the_passwords(member: Actor) -> None:
    log_in(member.user)
    change(member)
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"password.changed", "sessions.revoked"} <= actions
    text = str(list(AuditEvent.objects.values()))
    assert not [secret for secret in (PASSWORD, NEW) if secret in text]
