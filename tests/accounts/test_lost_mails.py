"""Mails that the mail server does not take: they are counted, and told in the log."""

import logging
import secrets

import pytest
from pytest_django import Settings

from accounts import mail
from accounts.metrics import _own
from tests.organizations.mail_server import refusing_mail_server
from tests.postgres import free_port

ADDRESSES = ["first@example.com", "second@example.com", "third@example.com"]


@pytest.fixture(autouse=True)
def is_on(settings: Settings) -> None:
    settings.METRICS_TOKEN = secrets.token_hex(32)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"


def figures() -> tuple[float, float]:
    """How many were sent, and how many failed."""
    name, results = "hyperspeed_mails_total", ("sent", "failed")
    found = [_own.get_sample_value(name, {"result": result}) or 0 for result in results]
    return found[0], found[1]


def send_three() -> tuple[float, float]:
    """What the figures gained by three mails, once the background has done with them."""
    before = figures()
    mail.send("tokens_expiring", {"notices": []}, ADDRESSES)
    mail._background().submit(int).result()
    return figures()[0] - before[0], figures()[1] - before[1]


def test_a_mail_server_that_is_down_loses_all_which_is_counted_and_told(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_PORT = free_port()
    with caplog.at_level(logging.ERROR, "hyperspeed.mail"):
        assert send_three() == (0, 3)
    assert [record.getMessage() for record in caplog.records] == [
        "3 mail(s) 'tokens_expiring' could not be sent"
    ]


@pytest.mark.parametrize("answer", ["550 nobody", "450 later", "421 too many, and closing"])
def test_an_address_that_is_refused_keeps_no_other_mail_back(
    settings: Settings, answer: str
) -> None:
    with refusing_mail_server(f"second@example.com {answer}") as settings.EMAIL_PORT:
        assert send_three() == (2, 1)


def test_mails_that_arrive_are_counted_too(settings: Settings) -> None:
    with refusing_mail_server("NOOP 500 no") as settings.EMAIL_PORT:
        assert send_three() == (3, 0)


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_could_not_be_made_is_counted_as_lost() -> None:
    before = figures()
    mail.send_after_commit("none", lambda: mail.send("none", {}, ADDRESSES))
    assert figures() == (before[0], before[1] + 1)


def test_nothing_is_counted_where_nobody_may_ask(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    settings.EMAIL_PORT = free_port()
    assert send_three() == (0, 0)
