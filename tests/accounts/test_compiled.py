"""Queries that are compiled, and a step that happens as a whole."""

import datetime as dt
import uuid
from contextlib import closing

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.forms import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg.pq import TransactionStatus

from accounts.compiled import compiled, insert_if
from accounts.models import ThrottleCounter, User
from tests.factories import UserFactory
from tests.faults.scale import on_postgresql

pytestmark = pytest.mark.django_db(transaction=True)

CONDITION = "UPDATE accounts_user SET is_active = is_active WHERE id = %(id)s RETURNING is_active"
DELETION = "DELETE FROM accounts_throttlecounter WHERE key = %(key)s"


def counter(key: str) -> ThrottleCounter:
    return ThrottleCounter(key=key, count=1, resets_at=timezone.now())


def run(user_id: uuid.UUID, *new: str) -> tuple[object, ...] | None:
    """With a counter "old" to delete."""
    key = User._meta.pk.get_db_prep_value(user_id, connection)
    rows = [counter(name) for name in new]
    return insert_if(CONDITION, {"id": key, "key": "old"}, rows, and_delete=DELETION)


def keys() -> list[str]:
    return sorted(ThrottleCounter.objects.values_list("pk", flat=True))


@pytest.fixture
def user() -> User:
    counter("old").save()
    person: User = UserFactory.create()
    return person


def test_where_the_condition_holds_rows_come_and_go(user: User) -> None:
    assert run(user.pk, "new") is not None
    assert keys() == ["new"]


def test_where_it_does_not_hold_nothing_comes_or_goes(user: User) -> None:
    assert run(uuid.uuid4(), "new") is None
    assert keys() == ["old"]


def test_a_row_that_cannot_be_stored_leaves_nothing(user: User) -> None:
    counter("there").save()
    with pytest.raises(IntegrityError):
        run(user.pk, "new", "there")
    assert keys() == ["old", "there"]


# psycopg prepares what comes for the sixth time.
OFTEN = 8


@compiled
def named(*, key: str, before: dt.datetime) -> QuerySet[User]:
    return User.objects.filter(email_key=key, created_at__lt=before)


def ask(key: str) -> list[User]:
    return named(key=key, before=timezone.now())


@pytest.fixture
def known(user: User) -> str:
    """The key of an address for which the database has been asked often."""
    for _ in range(OFTEN):
        assert ask(user.email_key) == [user]
    return user.email_key


def test_the_rows_of_a_query_that_is_known_are_those_of_an_unknown_one(known: str) -> None:
    [row] = ask(known)
    [same] = named.queryset(key=known, before=timezone.now())
    assert model_to_dict(row) == model_to_dict(same)
    assert ask("nobody") == []


def test_a_known_query_sees_what_its_transaction_did(known: str) -> None:
    with transaction.atomic():
        User.objects.filter(email_key=known).update(display_name="Changed")
        assert [user.display_name for user in ask(known)] == ["Changed"]
        transaction.set_rollback(True)
    assert [user.display_name for user in ask(known)] != ["Changed"]


@on_postgresql
def test_a_known_query_may_be_the_first_of_its_transaction(known: str) -> None:
    with transaction.atomic():
        ask(known)
        assert connection.connection.info.transaction_status == TransactionStatus.INTRANS


def test_a_known_query_is_refused_in_a_transaction_that_is_broken(known: str) -> None:
    with transaction.atomic():
        ask(known)  # begins it
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            ask(known)


def test_a_known_query_is_seen_by_who_listens(known: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        ask(known)
    assert len(queries) == 1


@on_postgresql
def test_an_error_of_a_known_query_is_one_of_django(known: str) -> None:
    with pytest.raises(DataError):
        ask("\0")
    assert len(ask(known)) == 1


@on_postgresql
def test_a_known_query_that_waits_too_long_is_an_error_and_the_next_is_answered(known: str) -> None:
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        other.cursor().execute("LOCK TABLE accounts_user")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10ms'")
            with pytest.raises(OperationalError):
                ask(known)
            transaction.set_rollback(True)
    assert len(ask(known)) == 1


@on_postgresql
@pytest.mark.usefixtures("known")
def test_a_known_query_whose_server_has_hung_up_is_an_error_of_django(user: User) -> None:
    with connection.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(OperationalError):
        ask(user.email_key)
    connection.close()
    assert ask(user.email_key) == [user]
