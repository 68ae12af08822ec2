"""The queue of sign-up requests. Decisions go through one page, by POST; GET changes nothing."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, re_path, reverse
from django.urls.converters import UUIDConverter
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from accounts.admin_base import ReadOnlyAdmin, device_in_short
from organizations.admin.decision import (
    MAX_AT_ONCE,
    Decision,
    DecisionForm,
    decide,
    too_late,
)
from organizations.models import SignupRequest

CHANGELIST = "admin:organizations_signuprequest_changelist"


class StatusFilter(admin.SimpleListFilter):
    """Opens on what waits; everything else is one click away."""

    title = "status"
    parameter_name = "status"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        return [("approved", "Approved"), ("denied", "Denied"), ("all", "All")]

    def choices(self, changelist: ChangeList) -> "Iterator[Any]":
        first, *others = super().choices(changelist)
        yield {**first, "display": "Pending"}
        yield from others

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SignupRequest]
    ) -> QuerySet[SignupRequest]:
        if self.value() == "all":
            return queryset
        known = self.value() if self.value() in SignupRequest.Status.values else None
        return queryset.filter(status=known or SignupRequest.Status.PENDING)


@admin.register(SignupRequest)
class SignupRequestAdmin(ReadOnlyAdmin):
    """Nobody adds, edits or deletes a request: a decision is the only change."""

    list_display = ("email", "name", "waiting", "origin", "decision_or_links")
    list_display_links = ("email",)
    list_filter = (StatusFilter,)
    list_select_related = ("user", "resolved_by")
    search_fields = ("user__email_key__startswith", "user__display_name__istartswith")
    search_help_text = "Search by e-mail or name"
    sortable_by = ("waiting",)
    ordering = ("created_at", "pk")
    actions = ("approve_selected", "deny_selected")
    fields = (
        "email",
        "name",
        "status",
        "created_at",
        "waiting",
        "ip_address",
        "device",
        "decision_in_words",
        "internal_reason",
    )
    readonly_fields = fields

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["organizations/signup_requests.css"]}

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        """Whether this staff member may approve and deny."""
        return request.user.has_perm("organizations.resolve_signuprequest")

    @admin.display(description="e-mail", ordering="user__email")
    def email(self, request: SignupRequest) -> str:
        return request.user.email

    @admin.display(description="name", ordering="user__display_name")
    def name(self, request: SignupRequest) -> str:
        return request.user.display_name or "not given"

    @admin.display(description="waiting", ordering="created_at")
    def waiting(self, request: SignupRequest) -> SafeString:
        now = timezone.now()
        return format_html(
            '<span title="requested on {} UTC">{}</span>',
            request.created_at.strftime("%-d %B %Y at %H:%M"),
            timesince(now - request.waiting_time(now), now, depth=1),
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
        if request.status == SignupRequest.Status.DENIED:
            return format_html("{} {}", request.decision, _link(Decision.REOPEN, request))
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
        return self._confirm(request, Decision.APPROVE, queryset)

    @admin.action(description="Deny selected requests", permissions=["resolve"])
    def deny_selected(
        self, request: HttpRequest, queryset: QuerySet[SignupRequest]
    ) -> HttpResponse | None:
        return self._confirm(request, Decision.DENY, queryset)

    def get_urls(self) -> list[URLPattern]:
        prefix = "organizations_signuprequest"
        word = "(?P<decision>approve|deny|reopen)"
        one = f"^{word}/(?P<pk>{UUIDConverter.regex})/$"
        decide_one = self.admin_site.admin_view(self.decide_one_view)
        decide_all = self.admin_site.admin_view(self.decide_view)
        return [
            re_path(f"^{word}/selected/$", decide_all, name=f"{prefix}_decide"),
            re_path(one, decide_one, name=f"{prefix}_decide_one"),
            *super().get_urls(),
        ]

    def decide_one_view(self, request: HttpRequest, decision: str, pk: str) -> HttpResponse:
        """The confirmation page for one request."""
        self._require_resolve(request)
        one = get_object_or_404(SignupRequest, pk=pk)
        answer = self._confirm(request, Decision(decision), SignupRequest.objects.filter(pk=one.pk))
        return answer or HttpResponseRedirect(reverse(CHANGELIST))

    def decide_view(self, request: HttpRequest, decision: str) -> HttpResponse:
        """Carries out what the confirmation page posts; the queue comes next."""
        self._require_resolve(request)
        chosen = Decision(decision)
        form = DecisionForm(request.POST)
        if request.method == "POST" and form.is_valid():
            for decided in decide(request, chosen, form):
                self.log_change(request, decided, chosen.past.lower())
        elif request.method == "POST":
            messages.error(request, "The reason is too long. Nothing was decided.")
        return HttpResponseRedirect(reverse(CHANGELIST))

    def _require_resolve(self, request: HttpRequest) -> None:
        if not self.has_resolve_permission(request):
            raise PermissionDenied

    def _confirm(
        self, request: HttpRequest, decision: Decision, queryset: QuerySet[SignupRequest]
    ) -> HttpResponse | None:
        """The page that asks; None, with a message, when there is nothing left to decide."""
        chosen = list(queryset.select_related("user", "resolved_by")[: MAX_AT_ONCE + 1])
        open_ones = [item for item in chosen if item.status == decision.acts_on]
        for item in chosen:
            if item not in open_ones:
                messages.warning(request, too_late(item))
        if not open_ones:
            return None
        if len(open_ones) > MAX_AT_ONCE:
            messages.info(request, f"The oldest {MAX_AT_ONCE} are decided first.")
        context = {
            **self.admin_site.each_context(request),
            "title": f"{decision.label} sign-up",
            "opts": self.opts,
            "media": self.media,
            "decision": decision,
            "requests": open_ones[:MAX_AT_ONCE],
            "form": DecisionForm(),
            "changelist_url": reverse(CHANGELIST),
        }
        return TemplateResponse(request, "admin/organizations/signuprequest/decide.html", context)


def _link(decision: Decision, request: SignupRequest) -> SafeString:
    return format_html(
        '<a class="decision {}" href="{}">{}</a>',
        decision.value,
        reverse("admin:organizations_signuprequest_decide_one", args=[decision, request.pk]),
        decision.label,
    )
