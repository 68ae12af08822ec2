"""Mails leave after the commit, and never change an answer."""

import logging
from collections.abc import Callable

from django.db import transaction

logger = logging.getLogger("hyperspeed.mail")


def send_after_commit(name: str, send: Callable[[], None]) -> None:
    """Call `send` once the transaction is committed. What it raises is logged under `name`: the
    change that the mail tells of stands."""

    def deliver() -> None:
        try:
            send()
        except Exception:
            logger.exception("the mail %r could not be sent", name)

    transaction.on_commit(deliver)
