"""Sending mails: plain text, one recipient each, never in the way of a request."""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import console
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string

from accounts.metrics import count_mails

logger = logging.getLogger("hyperspeed.mail")

_UNSENT = {
    "accounts.mail.ConsoleBackend",
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
    "django.core.mail.backends.filebased.EmailBackend",
}


class ConsoleBackend(console.EmailBackend):
    """Mails on stderr: a command's stdout is for its data."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream", sys.stderr)
        super().__init__(*args, **kwargs)


def reaches_people() -> bool:
    """Whether mails are handed to a mail server; others are written where nobody gets them."""
    return settings.EMAIL_BACKEND not in _UNSENT


def send_after_commit(name: str, send_it: Callable[[], None]) -> None:
    """Call `send_it` once the transaction is committed. What it raises is logged under `name`: the
    change that the mail tells of stands."""

    def deliver() -> None:
        try:
            send_it()
        except Exception:
            logger.exception("the mail %r could not be sent", name)
            count_mails(failed=1)

    transaction.on_commit(deliver)


def send(template: str, context: Mapping[str, object], addresses: Sequence[str]) -> None:
    """Render `emails/<template>.txt` (its first line is the subject) and send it to each address.

    Call it after the commit. A mail server may take seconds or be down: SMTP is talked to in the
    background, so that nobody waits for it and nobody learns from the time whether a mail went out.
    """
    if not addresses:
        return
    messages = _messages(template, context, addresses)
    if settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
        _background().submit(_deliver, template, messages)
    else:
        _deliver(template, messages)


def send_now(template: str, context: Mapping[str, object], address: str) -> bool:
    """As `send`, for a command: it waits, and tells whether the mail server took the mail."""
    try:
        get_connection().send_messages(_messages(template, context, [address]))
    except OSError as error:  # as all of SMTP's are
        logger.error("the mail %r could not be sent: %s", template, type(error).__name__)
        return False
    return True


def _messages(
    template: str, context: Mapping[str, object], addresses: Sequence[str]
) -> list[EmailMessage]:
    text = render_to_string(
        f"emails/{template}.txt", {**context, "public_url": settings.PUBLIC_URL}
    )
    subject, _, body = text.partition("\n")
    return [
        EmailMessage(" ".join(subject.split()), body.lstrip("\n"), None, [address])
        for address in addresses
    ]


def _deliver(template: str, messages: list[EmailMessage]) -> None:
    problems = list(_problems(messages))
    count_mails(sent=len(messages) - len(problems), failed=len(problems))
    if problems:
        # The change that the mail tells of stands. No addresses here: a log is no directory.
        text = "%d mail(s) %r could not be sent"
        logger.error(text, len(problems), template, exc_info=problems[-1])


def _problems(messages: Sequence[EmailMessage]) -> Iterator[Exception]:
    """Send them one after the other; what was met by each that was not sent. An address that the
    mail server refuses keeps no other mail back, also where the server hangs up (RFC 5321 §3.8)."""
    connection = get_connection()
    for number, message in enumerate(messages):
        try:
            connection.open()  # where none is
        except Exception as error:
            yield from [error] * (len(messages) - number)
            return
        try:
            connection.send_messages([message])
        except Exception as error:
            yield error
            _close(connection)
    _close(connection)


def _close(connection: BaseEmailBackend) -> None:
    with suppress(Exception):  # what was sent is
        connection.close()


@cache
def _background() -> ThreadPoolExecutor:
    # Not daemonic: a process that is asked to stop sends what it has accepted.
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")
