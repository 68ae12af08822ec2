"""The cast of the matrix, for all of its tests."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker, Settings

from tests.matrix.cast import Cast, assemble


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """Made once: the transaction of each test is inside of this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield assemble()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def generous(settings: Settings) -> None:
    """No limit is met here."""
    settings.AUTH_RATE_PER_MINUTE = settings.REGISTRATIONS_PER_HOUR = 100_000
