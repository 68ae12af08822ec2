"""One step that happens as a whole: a condition, a deletion, new rows."""

import uuid

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.compiled import insert_if
from accounts.models import ThrottleCounter, User
from tests.factories import UserFactory

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
