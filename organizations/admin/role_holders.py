"""Who holds a role, for its page."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.admin_lists import MAX_LISTED
from accounts.models import User
from organizations.models import MemberRole, Membership, Role

MAX_NAMED = 20


def holders_in_words(role: Role, count: int) -> SafeString:
    """A line for each of some holders, by e-mail, and how many there are besides; `count` is that
    of a `BoundedCount`."""
    named = [
        (reverse("admin:accounts_user_change", args=[one.pk]), one, _shut(one))
        for one in some_of(role)
    ]
    lines = format_html_join("", '<li><a href="{}">{}</a>{}</li>', named)
    if not named:
        return format_html("{}", "nobody")
    others = "many" if count > MAX_LISTED else f"{count - len(named):,}"
    rest = format_html("<li>and {} more</li>", others) if count > len(named) else ""
    return format_html('<ul class="names">{}{}</ul>', lines, rest)


def some_of(role: Role) -> "QuerySet[User]":
    """Whichever the database finds first: to sort a million for the sake of twenty takes long. From
    the role's id to the role's id, as `BoundedCount` asks, and for its reason."""
    held = MemberRole.objects.filter(role__gte=role.pk, role__lte=role.pk).order_by()
    members = Membership.objects.filter(pk__in=held.values("membership")[:MAX_NAMED])
    return User.objects.filter(pk__in=members.values("user")).order_by("email_key")


def _shut(user: User) -> str:
    return "" if user.is_active else " (disabled)"
