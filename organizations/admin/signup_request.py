"""The queue of sign-up requests. Decisions go through one page, by POST; GET changes nothing."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_base import device_in_short
from accounts.admin_words import age, moment_in_words
from organizations.admin.decision import Decision
from organizations.admin.signup_facts import time_to_undo
from organizations.admin.signup_filters import DomainFilter, NetworkFilter, StatusFilter, status_of
from organizations.admin.signup_pages import SignupPages
from organizations.models import SignupRequest

ACTIONS = {
    "approve_selected": Decision.APPROVE,
    "deny_selected": Decision.DENY,
    "reopen_selected": Decision.REOPEN,
    "undo_selected": Decision.UNDO,
}
KEYS = {Decision.APPROVE: "a", Decision.DENY: "d", Decision.REOPEN: "r", Decision.UNDO: "u"}


@admin.register(SignupRequest)
class SignupRequestAdmin(SignupPages):
    """Nobody adds, edits or deletes a request: a decision is the only change."""

    list_display = ("email", "name", "waiting", "origin", "decision_or_links")
    list_display_links = ("email",)
    list_filter = (StatusFilter, DomainFilter, NetworkFilter)
    list_select_related = ("user", "resolved_by")
    search_fields = ("user__email_key__startswith", "user__display_name__istartswith")
    search_help_text = "Search by e-mail or name"
    sortable_by = ("waiting",)
    ordering = ("created_at", "pk")
    actions = tuple(ACTIONS)
    readonly_fields = (
        "email",
        "name",
        "status",
        "requested",
        "waiting",
        "ip_address",
        "device",
        "decision_in_words",
        "internal_reason",
    )
    fieldsets = (("The request", {"fields": readonly_fields}),)

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["organizations/signup_requests.css"]}
        js: ClassVar[list[object]] = [
            forms.Script("organizations/signup_requests.js", defer=True),
            forms.Script("accounts/once.js", defer=True),
        ]

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Links that decide are for those who may."""
        if self.has_resolve_permission(request):
            return self.list_display
        return (*self.list_display[:-1], "decision_in_words")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """What can be done with those whom the list shows."""
        shown = status_of(request)
        offered: dict[str, Any] = super().get_actions(request)
        return {
            name: action
            for name, action in offered.items()
            if shown in {None, ACTIONS[name].acts_on}
        }

    @admin.display(description="e-mail", ordering="user__email")
    def email(self, request: SignupRequest) -> str:
        return request.user.email

    @admin.display(description="name", ordering="user__display_name")
    def name(self, request: SignupRequest) -> str:
        return request.user.display_name or "not given"

    @admin.display(description="requested")
    def requested(self, request: SignupRequest) -> str:
        return moment_in_words(request.created_at)

    @admin.display(description="waiting", ordering="created_at")
    def waiting(self, request: SignupRequest) -> SafeString:
        now = timezone.now()
        return format_html(
            '<span title="requested on {}">{}</span>',
            moment_in_words(request.created_at),
            age(now - request.waiting_time(now), now),
        )

    @admin.display(description="came from")
    def origin(self, request: SignupRequest) -> SafeString:
        address = request.ip_address or "unknown address"
        return format_html("{}{}", address, device_in_short(request.user_agent))

    @admin.display(description="device")
    def device(self, request: SignupRequest) -> str:
        return request.user_agent or "unknown"

    @admin.display(description="decision")
    def decision_or_links(self, request: SignupRequest) -> SafeString:
        if request.decision and time_to_undo(request):
            is_denied = request.status == SignupRequest.Status.DENIED
            undo = _link(Decision.REOPEN if is_denied else Decision.UNDO, request)
            return format_html('<span class="decided">{}</span> {}', request.decision, undo)
        if request.decision:
            return format_html("{}", request.decision)
        links = (_link(decision, request) for decision in (Decision.APPROVE, Decision.DENY))
        return format_html("{}{}", *links)

    @admin.display(description="decision")
    def decision_in_words(self, request: SignupRequest) -> str:
        return request.decision or "none yet"

    @admin.display(description="internal reason")
    def internal_reason(self, request: SignupRequest) -> str:
        return request.reason or "none"

    @admin.action(description="Approve selected requests", permissions=["resolve"])
    def approve_selected(
        self, request: HttpRequest, queryset: QuerySet[SignupRequest]
    ) -> HttpResponse | None:
        return self.confirm(request, Decision.APPROVE, queryset, request.get_full_path())

    @admin.action(description="Deny selected requests", permissions=["resolve"])
    def deny_selected(
        self, request: HttpRequest, queryset: QuerySet[SignupRequest]
    ) -> HttpResponse | None:
        return self.confirm(request, Decision.DENY, queryset, request.get_full_path())

    @admin.action(description="Re-open selected requests", permissions=["resolve"])
    def reopen_selected(
        self, request: HttpRequest, queryset: QuerySet[SignupRequest]
    ) -> HttpResponse | None:
        return self.confirm(request, Decision.REOPEN, queryset, request.get_full_path())

    @admin.action(description="Undo the approval of selected requests", permissions=["resolve"])
    def undo_selected(
        self, request: HttpRequest, queryset: QuerySet[SignupRequest]
    ) -> HttpResponse | None:
        return self.confirm(request, Decision.UNDO, queryset, request.get_full_path())


def _link(decision: Decision, request: SignupRequest) -> SafeString:
    return format_html(
        '<a class="decision {}" data-key="{}" href="{}">{}</a>',
        decision.value,
        KEYS[decision],
        reverse("admin:organizations_signuprequest_decide_one", args=[decision, request.pk]),
        "Undo" if decision is Decision.UNDO else decision.label,
    )
