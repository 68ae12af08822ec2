"""The pages on which staff decide: one that asks, and one that tells what came of it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, re_path, reverse
from django.urls.converters import UUIDConverter

from accounts.admin_base import ReadOnlyAdmin
from organizations.admin.decision import (
    MAX_AT_ONCE,
    Decision,
    DecisionForm,
    Outcome,
    decide,
)
from organizations.admin.signup_facts import CHANGELIST, roles_of
from organizations.admin.signup_preview import rows_of
from organizations.models import SignupRequest

PREFIX = "organizations_signuprequest"
TEMPLATES = "admin/organizations/signuprequest"
# In the session, until it is shown: what the last decision on several came to.
OUTCOMES = "signup_outcomes"
MAX_WARNINGS = 20


class DecisionPages(ReadOnlyAdmin):
    """GET changes nothing; what decides is the POST of the page that asks."""

    has_bounded_actions = True  # of too many, the oldest come first

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        """Whether this staff member may approve and deny."""
        return request.user.has_perm("organizations.resolve_signuprequest")

    def get_urls(self) -> list[URLPattern]:
        word = "(?P<decision>approve|deny|reopen|undo)"
        one = f"^{word}/(?P<pk>{UUIDConverter.regex})/$"
        decide_one = self.admin_site.admin_view(self.decide_one_view)
        decide_all = self.admin_site.admin_view(self.decide_view)
        outcomes = self.admin_site.admin_view(self.outcomes_view)
        return [
            re_path(f"^{word}/selected/$", decide_all, name=f"{PREFIX}_decide"),
            re_path(one, decide_one, name=f"{PREFIX}_decide_one"),
            re_path("^decided/$", outcomes, name=f"{PREFIX}_outcomes"),
            *super().get_urls(),
        ]

    def decide_one_view(self, request: HttpRequest, decision: str, pk: str) -> HttpResponse:
        """The confirmation page for one request."""
        self.require_resolve(request)
        one = get_object_or_404(SignupRequest, pk=pk)
        answer = self.confirm(request, Decision(decision), SignupRequest.objects.filter(pk=one.pk))
        return answer or HttpResponseRedirect(reverse(CHANGELIST))

    def decide_view(self, request: HttpRequest, decision: str) -> HttpResponse:
        """Carries out what the confirmation page posts. The queue comes next, or, for several, the
        table of what happened to each."""
        self.require_resolve(request)
        chosen = Decision(decision)
        form = DecisionForm(request.POST)
        outcomes: list[Outcome] = []
        if request.method == "POST" and form.is_valid():
            outcomes = decide(request, chosen, form)
        elif request.method == "POST":
            messages.error(request, "The reason is too long. Nothing was decided.")
        for outcome in outcomes:
            if outcome.is_done and outcome.request:
                self.log_change(request, outcome.request, chosen.past.lower())
        if len(outcomes) > 1:
            request.session[OUTCOMES] = {"decision": decision, "rows": as_rows(outcomes)}
            return HttpResponseRedirect(reverse(f"admin:{PREFIX}_outcomes"))
        for outcome in outcomes:
            say = messages.success if outcome.is_done else messages.warning
            text = f"{chosen.past}: {outcome.email}." if outcome.is_done else outcome.text
            say(request, text)
        return HttpResponseRedirect(reverse(CHANGELIST))

    def outcomes_view(self, request: HttpRequest) -> HttpResponse:
        """What the last decision on several came to, shown once: the session holds on to nobody's
        address."""
        self.require_resolve(request)
        kept = request.session.pop(OUTCOMES, None)
        if not kept:
            return HttpResponseRedirect(reverse(CHANGELIST))
        rows = kept["rows"]
        context = {
            "title": "What was decided",
            "decision": Decision(kept["decision"]),
            "rows": rows,
            "done": sum(row["is_done"] for row in rows),
        }
        return self.render_page(request, "outcomes.html", context)

    def require_resolve(self, request: HttpRequest) -> None:
        """Raises PermissionDenied."""
        if not self.has_resolve_permission(request):
            raise PermissionDenied

    def confirm(
        self, request: HttpRequest, decision: Decision, queryset: QuerySet[SignupRequest]
    ) -> HttpResponse | None:
        """The page that asks; None, with a message, when there is nothing left to decide."""
        related = ("user", "organization", "resolved_by")
        oldest_first = queryset.select_related(*related).order_by("created_at", "pk")
        for item in oldest_first.exclude(status=decision.acts_on)[:MAX_WARNINGS]:
            messages.warning(request, decision.refusal(item))
        open_ones = []
        for item in oldest_first.filter(status=decision.acts_on)[: MAX_AT_ONCE + 1]:
            if refusal := decision.refusal(item):
                messages.warning(request, refusal)
            else:
                open_ones.append(item)
        if not open_ones:
            return None
        if len(open_ones) > MAX_AT_ONCE:
            messages.info(request, f"The oldest {MAX_AT_ONCE} are decided first.")
        asked = open_ones[:MAX_AT_ONCE]
        context = {
            "title": f"{decision.label} {'a sign-up' if len(asked) == 1 else 'sign-ups'}",
            "decision": decision,
            "requests": asked,
            "rows": rows_of(asked),
            "roles": roles_of(asked[0]) if decision is Decision.UNDO else [],
            "form": DecisionForm(),
        }
        return self.render_page(request, "decide.html", context)

    def render_page(
        self, request: HttpRequest, template: str, context: dict[str, Any]
    ) -> TemplateResponse:
        """One of the pages that Django's admin does not have."""
        shared = {"opts": self.opts, "media": self.media, "changelist_url": reverse(CHANGELIST)}
        context = {**self.admin_site.each_context(request), **shared, **context}
        return TemplateResponse(request, f"{TEMPLATES}/{template}", context)


def as_rows(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """As a session stores them."""
    return [
        {
            "pk": str(outcome.request.pk) if outcome.request else "",
            "email": outcome.email,
            "is_done": outcome.is_done,
            "text": outcome.text,
        }
        for outcome in outcomes
    ]
