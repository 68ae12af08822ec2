"""POST /auth/logout-all."""

import pytest

from accounts.models import AuditEvent, Session
from tests.conftest import Actor, log_in, make_client, refusal
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_all_sessions_of_the_caller_end_with_both_of_their_tokens(member: Actor) -> None:
    sessions = [member, log_in(member.user), log_in(member.user)]
    answer = member.post("/auth/logout-all")
    assert (answer.status_code, answer.content) == (204, b"")
    assert [actor.get("/me").status_code for actor in sessions] == [401] * 3
    tokens = [{"refresh_token": actor.refresh_token} for actor in sessions]
    assert [Actor().post("/auth/refresh", body).status_code for body in tokens] == [401] * 3


def test_the_sessions_say_why_they_ended(member: Actor) -> None:
    earlier = log_in(member.user)
    earlier.post("/auth/logout", {"refresh_token": earlier.refresh_token})
    member.post("/auth/logout-all")
    reasons = Session.objects.order_by("created_at").values_list("revoked_reason", flat=True)
    assert list(reasons) == ["logged_out_all", "logged_out"]


def test_sessions_of_others_live_on(member: Actor, owner: Actor) -> None:
    other = log_in(UserFactory.create())
    assert member.post("/auth/logout-all").status_code == 204
    assert [actor.get("/me").status_code for actor in (other, owner)] == [200, 200]


def test_a_later_login_works(member: Actor) -> None:
    member.post("/auth/logout-all")
    assert log_in(member.user).get("/me").status_code == 200


def test_a_staff_member_is_logged_out_of_the_admin_too(db: None) -> None:
    staff, other = (UserFactory.create(is_staff=True, is_superuser=True) for _ in range(2))
    browsers = [make_client(), make_client()]
    for browser, user in zip(browsers, (staff, other), strict=True):
        browser.force_login(user)
    assert log_in(staff).post("/auth/logout-all").status_code == 204
    assert [browser.get("/admin/").status_code for browser in browsers] == [302, 200]
    assert AuditEvent.objects.get(action="sessions.revoked").after["count"] == 2


def test_a_service_account_is_refused(bot: Actor, member: Actor) -> None:
    assert refusal(bot.post("/auth/logout-all")) == (403, "forbidden", "forbidden")
    assert bot.get("/me").status_code == 200
    assert member.get("/me").status_code == 200


def test_a_credential_is_needed(anonymous: Actor, member: Actor) -> None:
    assert refusal(anonymous.post("/auth/logout-all")) == (401, "unauthorized", "unauthorized")
    assert member.get("/me").status_code == 200


def test_an_ended_session_ends_no_others(member: Actor) -> None:
    other = log_in(member.user)
    member.post("/auth/logout", {"refresh_token": member.refresh_token})
    assert member.post("/auth/logout-all").status_code == 401
    assert other.get("/me").status_code == 200


def test_a_refresh_token_in_the_body_is_no_credential(member: Actor) -> None:
    body = {"refresh_token": member.refresh_token}
    assert Actor().post("/auth/logout-all", body).status_code == 401
    assert member.get("/me").status_code == 200
