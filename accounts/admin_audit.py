"""The audit trail in the admin."""

import datetime as dt
from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from accounts.actor import Door
from accounts.admin_base import ReadOnlyAdmin
from accounts.admin_changelist import BoundedChangeList
from accounts.admin_details import (
    NONE,
    details_in_words,
    kind_in_words,
    name_rows,
    row_in_words,
)
from accounts.admin_found import Condition
from accounts.admin_home import MAX_COUNTED, Card, Tone, bounded, home_card
from accounts.admin_words import age, who
from accounts.audit import Action
from accounts.models import AuditEvent, User
from accounts.models.audit import action_in_words


class ActionFilter(admin.SimpleListFilter):
    """From the closed list: the database is not asked which values it holds."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(action.value, action_in_words(action)) for action in Action]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent]
    ) -> QuerySet[AuditEvent]:
        return queryset.filter(action=self.value()) if self.value() else queryset


class TimeFilter(admin.SimpleListFilter):
    """By age, which an index serves; reaches what the pages of a long list do not."""

    title = "time"
    parameter_name = "time"
    SPANS: ClassVar[dict[str, tuple[int, str]]] = {
        "24_hours": (1, "Last 24 hours"),
        "7_days": (7, "Last 7 days"),
        "30_days": (30, "Last 30 days"),
        "90_days": (90, "Last 90 days"),
    }

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        spans = [(name, label) for name, (_, label) in self.SPANS.items()]
        return [("today", "Today (UTC)"), *spans, ("older", "Older than 90 days")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent]
    ) -> QuerySet[AuditEvent]:
        now, span = dt.datetime.now(dt.UTC), self.value()
        if span == "today":
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            return queryset.filter(created_at__gte=midnight)
        if span == "older":
            return queryset.filter(created_at__lt=now - dt.timedelta(days=90))
        if span in self.SPANS:
            days, _ = self.SPANS[span]
            return queryset.filter(created_at__gte=now - dt.timedelta(days=days))
        return queryset


class EventList(BoundedChangeList):
    """Says of each row of the page what it happened to."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        name_rows(self.result_list)  # a query set keeps the rows that it has read


@home_card("accounts.view_auditevent", place=40)
def failed_log_ins(_user: User) -> Card:
    """Of the last 24 hours, with the most recent."""
    now = timezone.now()
    failed = AuditEvent.objects.filter(
        action=Action.LOGIN_FAILED, created_at__gte=now - dt.timedelta(days=1)
    )
    newest_first = failed.order_by("-created_at").values_list("created_at", "ip_address")
    found = list(newest_first[: MAX_COUNTED + 1])
    says = "None in the last 24 hours."
    if found:
        moment, address = found[0]
        origin = f" from {address}" if address else ""
        says = f"in the last 24 hours, the last {age(moment, now)} ago{origin}."
    page = reverse("admin:accounts_auditevent_changelist")
    return Card(
        title="Failed log-ins",
        figure=bounded(len(found)) if found else "",
        says=says,
        links={"See failed log-ins": f"{page}?action={Action.LOGIN_FAILED}&time=24_hours"},
        tone=Tone.URGENT if len(found) > MAX_COUNTED else Tone.CALM,
    )


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("moment", "what", "who", "through", "happened_to", "ip_address")
    list_filter = (TimeFilter, ActionFilter)
    rest_is_seen_by = "Filter or search to see others; export_audit writes all of them"
    search_fields = ("actor_id", "target_id", "request_id")
    search_help_text = "Search by a whole e-mail (who did it, or whom it happened to) or whole id"
    ordering = ("-created_at", "-pk")
    sortable_by = ("moment",)
    fields = (
        "moment",
        "what_and_code",
        "who",
        "account",
        "through",
        "means",
        "happened_to",
        "target",
        "target_id",
        "organization",
        "was",
        "became",
        "ip_address",
        "user_agent",
        "request_id",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        return AuditEvent.objects.with_names()

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[BoundedChangeList]:
        return EventList

    def conditions(self, text: str, *, is_long: bool) -> list[Condition]:
        """Whole ids. An e-mail stands for the id of its user, who may be gone by now."""
        user = User.objects.find_by_email(text) if "@" in text else None
        ids = super().conditions(str(user.pk) if user else text, is_long=True)
        return ids if is_long else [*ids, ("actor_email__iexact", text)]

    @admin.display(description="when (UTC)", ordering="created_at")
    def moment(self, event: AuditEvent) -> str:
        return f"{event.created_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="action", ordering="action")
    def what(self, event: AuditEvent) -> str:
        return action_in_words(event.action)

    @admin.display(description="action")
    def what_and_code(self, event: AuditEvent) -> str:
        """The code is what `export_audit` and the metrics say."""
        return f"{action_in_words(event.action)} ({event.action})"

    @admin.display(description="who", ordering="actor_email")
    def who(self, event: AuditEvent) -> str:
        return who(event)

    @admin.display(description="account")
    def account(self, event: AuditEvent) -> SafeString | str:
        """With what was recorded: it holds where names and addresses change."""
        if event.actor_id is None:
            return event.actor_email or NONE
        today, email = row_in_words("user", event.actor_id), event.actor_email
        return format_html("{}, recorded as {} with the id {}", today, email, event.actor_id)

    @admin.display(description="through", ordering="door")
    def through(self, event: AuditEvent) -> str:
        return capfirst(dict(Door.choices).get(event.door, event.door))

    @admin.display(description="by means of")
    def means(self, event: AuditEvent) -> str:
        return event.credential_kind.replace("_", " ") or NONE

    @admin.display(description="happened to", ordering="target_kind")
    def happened_to(self, event: AuditEvent) -> str:
        return getattr(event, "happened_to", "") or kind_in_words(event.target_kind)

    @admin.display(description="which one")
    def target(self, event: AuditEvent) -> SafeString | str:
        return row_in_words(event.target_kind, event.target_id)

    @admin.display(description="organization")
    def organization(self, event: AuditEvent) -> SafeString | str:
        return row_in_words("organization", event.organization_id)

    @admin.display(description="before")
    def was(self, event: AuditEvent) -> SafeString | str:
        return details_in_words(event.target_kind, event.before)

    @admin.display(description="after")
    def became(self, event: AuditEvent) -> SafeString | str:
        return details_in_words(event.target_kind, event.after)
