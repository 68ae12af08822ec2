"""The rights that a superuser gives staff one by one, as what they let somebody do here."""

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from accounts.admin_base import OfferedField

# Django makes them of every table; on these pages they open nothing that "view" does not.
POINTLESS = ("change_auditevent", "change_role", "change_signuprequest")
WORDS = {
    "change_invite": "Can revoke invites",
    "change_organization": "Can rename organizations, open and close their sign-ups",
    "change_serviceaccount": "Can disable and enable service accounts",
    "change_serviceaccounttoken": "Can revoke tokens of service accounts",
    "change_session": "Can end sessions",
    "change_user": "Can rename, disable and enable users who are no staff",
}


class RightsField(OfferedField):
    """Says of "Can change session" what that is."""

    def label_from_instance(self, obj: Any) -> str:
        return WORDS.get(obj.codename) or super().label_from_instance(obj)


def rights_offered(models: Any, user_id: Any) -> QuerySet[Permission]:
    """Of the tables that have a page; nothing is added or deleted on any of them. What a user
    holds is offered, so that no edit of something else takes it away."""
    pages = ContentType.objects.get_for_models(*models).values()
    rights = Permission.objects.filter(content_type__in=pages)
    rights = rights.exclude(codename__regex="^(add|delete)_").select_related("content_type")
    held = Permission.objects.filter(user=user_id).values("pk")
    return rights.filter(~Q(codename__in=POINTLESS) | Q(pk__in=held))
