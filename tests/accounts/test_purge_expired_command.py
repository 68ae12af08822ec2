"""manage.py purge_expired."""

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from operator import add
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.models import AuditEvent, PasswordReset, Session, ThrottleCounter
from accounts.services.purge import purge_expired
from service_accounts.models import ServiceAccountToken
from tests.accounts.commands import run
from tests.config.test_manage import is_one_line_of_prose, manage
from tests.conftest import Actor, log_in, session_of
from tests.environment import temporary_sqlite_url

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def counts() -> list[int]:
    models = (OutstandingToken, BlacklistedToken, Session, PasswordReset, ThrottleCounter)
    return [model._default_manager.count() for model in models]


def expire_everything() -> None:
    past = timezone.now() - 31 * DAY
    OutstandingToken.objects.update(expires_at=past)
    Session.objects.update(expires_at=past)
    PasswordReset.objects.update(expires_at=past)
    ThrottleCounter.objects.update(resets_at=past)


def fill(actor: Actor) -> None:
    """Five of each kind of row."""
    for number in range(5):
        other = log_in(actor.user)
        other.post("/auth/refresh", {"refresh_token": other.refresh_token})
        Actor().post("/auth/password/forgot", {"email": f"nobody{number}@example.com"})


def test_nothing_that_is_live_is_touched(member: Actor, bot: Actor) -> None:
    fill(member)
    before = counts()
    ran = run("purge_expired")
    assert (ran.status, ran.out, ran.err) == (0, "", "nothing has expired\n")
    assert counts() == before
    assert [actor.get("/me").status_code for actor in (member, bot)] == [200, 200]
    body = {"refresh_token": member.refresh_token}
    assert member.post("/auth/refresh", body).status_code == 200


@pytest.mark.parametrize("batch", ["1", "2", "5", "1000", "100000"])
def test_all_that_has_expired_goes_whatever_the_batch(member: Actor, batch: str) -> None:
    fill(member)
    expire_everything()
    ran = run("purge_expired", "--batch", batch)
    assert (ran.status, ran.out) == (0, "")
    assert counts() == [0] * 5
    assert "sessions: 6 deleted" in ran.err.splitlines()


def test_a_live_row_among_expired_ones_stays(member: Actor) -> None:
    fill(member)
    expire_everything()
    live = log_in(member.user)
    run("purge_expired", "--batch", "2")
    assert live.get("/me").status_code == 200
    assert live.post("/auth/refresh", {"refresh_token": live.refresh_token}).status_code == 200


def test_a_spent_token_is_known_until_it_expires(member: Actor) -> None:
    """Else a replay would look like garbage, and a theft would go unseen."""
    member.post("/auth/refresh", {"refresh_token": member.refresh_token})
    BlacklistedToken.objects.update(blacklisted_at=timezone.now() - DAY)
    run("purge_expired")
    answer = member.post("/auth/refresh", {"refresh_token": member.refresh_token})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_reused")


def test_the_ledger_of_a_session_does_not_grow_with_its_age(
    member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tokens of its last seven days, of which one is unspent, and none once it has ended."""
    token, start, sizes = member.refresh_token, timezone.now(), []
    for day in range(1, 98):
        monkeypatch.setattr("django.utils.timezone.now", partial(add, start, day * DAY))
        if day < 90:
            answer = Actor().post("/auth/refresh", {"refresh_token": token})
            token = answer.json()["refresh_token"]
        run("purge_expired")
        sizes.append((OutstandingToken.objects.count(), BlacklistedToken.objects.count()))
    assert max(sizes) == (8, 7)
    assert sizes[-1] == (0, 0)


def test_a_purge_reads_no_token(member: Actor) -> None:
    """It deletes by id; to read what is deleted would hold the locks for longer."""
    fill(member)
    expire_everything()
    with CaptureQueriesContext(connection) as queries:
        run("purge_expired")
    assert not [query for query in queries if '"token" FROM' in query["sql"]]
    assert counts() == [0] * 5


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
@pytest.mark.parametrize("field", ["expires_at", "revoked_at"])
def test_a_session_that_ended_stays_thirty_days(
    member: Actor, days: int, left: int, field: str
) -> None:
    Session.objects.update(**{field: timezone.now() - days * DAY})
    run("purge_expired")
    assert Session.objects.count() == left


def test_a_reset_that_was_used_goes_when_it_expires(member: Actor) -> None:
    now = timezone.now()
    PasswordReset.objects.create(digest="1", used_at=now, expires_at=now - DAY)
    PasswordReset.objects.create(digest="2", expires_at=now + DAY)
    run("purge_expired")
    assert PasswordReset.objects.get().digest == "2"


def test_a_counter_whose_window_is_open_still_counts(member: Actor) -> None:
    body = {"email": "member@example.com", "password": "wrong password"}
    statuses = [Actor().post("/auth/login", body).status_code for _ in range(10)]
    run("purge_expired")
    assert (statuses, Actor().post("/auth/login", body).status_code) == ([401] * 10, 429)


def test_the_trail_and_the_tokens_of_service_accounts_stay(member: Actor, bot: Actor) -> None:
    AuditEvent.objects.create(action="login.failed", created_at=timezone.now() - 1000 * DAY)
    ServiceAccountToken.objects.update(expires_at=timezone.now() - 1000 * DAY)
    before = AuditEvent.objects.count()
    run("purge_expired")
    assert (AuditEvent.objects.count(), ServiceAccountToken.objects.count()) == (before, 1)
    assert session_of(member).revoked_at is None


@pytest.mark.parametrize("batch", ["0", "-1", "x", "1.5", "100001", "1e3", "٣", ""])
def test_a_batch_is_a_whole_number_of_rows(member: Actor, batch: str) -> None:
    expire_everything()
    assert run("purge_expired", "--batch", batch).status != 0
    assert Session.objects.count() == 1


def test_a_second_time_finds_nothing(member: Actor) -> None:
    expire_everything()
    run("purge_expired")
    assert run("purge_expired").err == "nothing has expired\n"


@pytest.mark.once
@pytest.mark.parametrize("command", ["purge_expired", "export_audit"])
def test_a_database_without_tables_is_told(command: str) -> None:
    ran = manage(command, url=temporary_sqlite_url())
    assert (ran.returncode, is_one_line_of_prose(ran)) == (1, True)


def test_a_slow_round_trip_does_not_make_batches_of_single_rows(member: Actor) -> None:
    """However small a batch is, such a database takes longer than it should."""
    past = timezone.now() - 31 * DAY
    PasswordReset.objects.bulk_create(
        PasswordReset(digest=f"{number}", created_at=past, expires_at=past) for number in range(600)
    )

    def slowly(execute: Callable[..., Any], *arguments: Any) -> Any:
        time.sleep(0.02)
        return execute(*arguments)

    with connection.execute_wrapper(slowly):
        batches = [batch.rows for batch in purge_expired(batch_size=1000)]
    assert batches == [200, 100, 100, 100, 100]
