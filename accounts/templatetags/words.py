"""What templates say as the rest of the admin does."""

import datetime as dt

from django import template
from django.utils import timezone

from accounts import admin_words

register = template.Library()


@register.filter
def age(moment: dt.datetime) -> str:
    """How long ago it was: see `accounts.admin_words.age`."""
    return admin_words.age(moment, timezone.now())
