"""Counters of tries."""

from django.db import models


class ThrottleCounter(models.Model):
    """How often something was tried in the current window. The key is a keyed digest.

    Networks that accounts know are rows too: see `accounts.throttling`.
    """

    key = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveIntegerField()
    resets_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
