"""The control for the digest: it looks who had none today, sends, and marks at the end."""

import datetime as dt

from accounts.models import User
from organizations.models import SignupMailChoice
from organizations.services import signup_digest


def claim(user: User, today: dt.date) -> bool:
    choice = SignupMailChoice.objects.get(pk=user.pk)
    if choice.digest_sent_on == today:
        return False
    choice.digest_sent_on = today
    choice.save(update_fields=["digest_sent_on"])
    return True


signup_digest._claim = claim
