"""One mail a day about everybody who waits, to the staff who chose it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from organizations import emails
from organizations.models import SignupMailChoice, SignupRequest

MAX_NAMED = 50


@dataclass(frozen=True)
class Digests:
    """How many mails went out, and how many could not."""

    sent: int
    failed: int


def send_signup_digests() -> Digests:
    """Mail each who chose so, once a day (in UTC), however often and wherever this runs.

    Nothing is sent while nobody waits: then a later run of the day may find somebody. Each mail is
    claimed before it is sent; one that a mail server refused is given back, for the next run.
    """
    waiting = _waiting()
    if not waiting:
        return Digests(0, 0)
    more = SignupRequest.objects.pending().count() - len(waiting)
    sent = failed = 0
    for user in emails.told_daily().select_related("signup_mail").order_by("pk"):
        today, before = timezone.now().date(), user.signup_mail.digest_sent_on
        if not _claim(user, today):
            continue
        if emails.send_digest(user, waiting, more):
            sent += 1
        else:
            _give_back(user, today, before)
            failed += 1
    return Digests(sent, failed)


def _waiting() -> list[SignupRequest]:
    requests = SignupRequest.objects.pending().select_related("user", "organization")
    return list(requests.oldest_first()[:MAX_NAMED])


def _claim(user: User, today: dt.date) -> bool:
    """One conditional update: of any number of runs at once, one has the day."""
    unsent = Q(digest_sent_on=None) | Q(digest_sent_on__lt=today)
    choice = SignupMailChoice.objects.filter(unsent, pk=user.pk)
    daily = choice.filter(frequency=SignupMailChoice.Frequency.DAILY)
    return daily.update(digest_sent_on=today) == 1


def _give_back(user: User, today: dt.date, before: dt.date | None) -> None:
    mine = SignupMailChoice.objects.filter(pk=user.pk, digest_sent_on=today)
    mine.update(digest_sent_on=before)
