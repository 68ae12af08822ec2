"""The counters of this process."""

import secrets

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts.audit import Action, record
from accounts.metrics import _own
from tests.conftest import SETUP

pytestmark = pytest.mark.django_db(transaction=True)


def counted(action: Action) -> float:
    return _own.get_sample_value("hyperspeed_audit_events_total", {"action": action}) or 0


@pytest.fixture
def is_on(settings: Settings) -> None:
    settings.METRICS_TOKEN = secrets.token_hex(32)


def test_nothing_is_counted_where_nobody_may_ask() -> None:
    before = counted(Action.SPACE_CREATED)
    record(Action.SPACE_CREATED, by=SETUP)
    assert counted(Action.SPACE_CREATED) == before


@pytest.mark.usefixtures("is_on")
def test_an_event_is_counted_with_its_commit() -> None:
    before = counted(Action.SPACE_CREATED)
    with transaction.atomic():
        record(Action.SPACE_CREATED, by=SETUP)
        assert counted(Action.SPACE_CREATED) == before
    record(Action.SPACE_CREATED, by=SETUP)
    assert counted(Action.SPACE_CREATED) == before + 2


@pytest.mark.usefixtures("is_on")
def test_an_event_that_was_rolled_back_is_not_counted() -> None:
    before = counted(Action.SPACE_DELETED)
    with transaction.atomic():
        record(Action.SPACE_DELETED, by=SETUP)
        transaction.set_rollback(True)
    assert counted(Action.SPACE_DELETED) == before
