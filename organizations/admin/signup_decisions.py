"""The pages on which staff decide: one that asks, and one that tells what came of it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, re_path, reverse
from django.urls.converters import UUIDConverter

from accounts.admin_base import ReadOnlyAdmin
from config.exceptions import ServiceUnavailable
from organizations.admin.decision import (
    Decision,
    DecisionForm,
    Outcome,
    decide,
    mail_in_words,
)
from organizations.admin.signup_choice import choose
from organizations.admin.signup_facts import CHANGELIST
from organizations.admin.signup_outcomes import as_context, find_kept, keep
from organizations.admin.signup_preview import rows_of
from organizations.models import SignupRequest

PREFIX = "organizations_signuprequest"
TEMPLATES = "admin/organizations/signuprequest"


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
        undo = self.admin_site.admin_view(self.undo_outcomes_view)
        return [
            re_path(f"^{word}/selected/$", decide_all, name=f"{PREFIX}_decide"),
            re_path(one, decide_one, name=f"{PREFIX}_decide_one"),
            path("decided/<uuid:key>/", outcomes, name=f"{PREFIX}_outcomes"),
            path("decided/<uuid:key>/undo/", undo, name=f"{PREFIX}_undo_outcomes"),
            *super().get_urls(),
        ]

    def decide_one_view(self, request: HttpRequest, decision: str, pk: str) -> HttpResponse:
        """The confirmation page for one request. It leads back to what leads to it: the page of the
        request, or the part of the queue that lists it."""
        self.require_resolve(request)
        one, chosen = get_object_or_404(SignupRequest, pk=pk), Decision(decision)
        back = reverse(CHANGELIST) + (f"?status={chosen.acts_on}" if chosen.is_undoing else "")
        if request.GET.get("from") == "request":
            back = reverse(f"admin:{PREFIX}_change", args=[one.pk])
        answer = self.confirm(request, chosen, SignupRequest.objects.filter(pk=one.pk), back)
        return answer or HttpResponseRedirect(back)

    def decide_view(self, request: HttpRequest, decision: str) -> HttpResponse:
        """Carries out what the confirmation page posts. The queue comes next, or, for several, the
        table of what happened to each."""
        self.require_resolve(request)
        chosen = Decision(decision)
        form = DecisionForm(request.POST)
        outcomes: list[Outcome] = []
        if request.method == "POST" and form.is_valid():
            word = chosen.past.lower()
            outcomes = decide(
                request, chosen, form, lambda one: self.log_change(request, one, word)
            )
        elif request.method == "POST":
            messages.error(request, "The reason is too long. Nothing was decided.")
        if len(outcomes) > 1 or any(outcome.is_cut_off for outcome in outcomes):
            return self.tell(request, chosen, outcomes)
        for outcome in outcomes:
            say = messages.success if outcome.is_done else messages.warning
            say(request, outcome.message)
        return HttpResponseRedirect(reverse(CHANGELIST))

    def tell(
        self, request: HttpRequest, decision: Decision, outcomes: list[Outcome]
    ) -> HttpResponse:
        """Leads to the table of what happened to each. While the database cannot be reached, the
        answer itself is that table."""
        if key := keep(request, decision, outcomes):
            return HttpResponseRedirect(reverse(f"admin:{PREFIX}_outcomes", args=[key]))
        context = {**as_context(decision, outcomes), "is_cut_off": True}
        page = self.render_page(request, "outcomes.html", context)
        refusal = ServiceUnavailable()
        page.status_code, page["Retry-After"] = refusal.status, str(refusal.retry_after)
        return page

    def outcomes_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        """What a decision on several came to."""
        self.require_resolve(request)
        kept = find_kept(request, key)
        if kept is None:
            return self._forgotten(request)
        context = as_context(*kept)
        if kept[0].undone_by and context["done"]:
            context["undo_url"] = reverse(f"admin:{PREFIX}_undo_outcomes", args=[key])
        return self.render_page(request, "outcomes.html", context)

    def undo_outcomes_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        """The page that asks whether to take back what was decided at once."""
        self.require_resolve(request)
        kept = find_kept(request, key)
        if kept is None or kept[0].undone_by is None:
            return self._forgotten(request)
        done = SignupRequest.objects.filter(pk__in=[one.key for one in kept[1] if one.is_done])
        outcomes = reverse(f"admin:{PREFIX}_outcomes", args=[key])
        answer = self.confirm(request, kept[0].undone_by, done, outcomes)
        return answer or HttpResponseRedirect(outcomes)

    def _forgotten(self, request: HttpRequest) -> HttpResponse:
        messages.info(request, "This list of decisions is not kept any more.")
        return HttpResponseRedirect(reverse(CHANGELIST))

    def require_resolve(self, request: HttpRequest) -> None:
        """Raises PermissionDenied."""
        if not self.has_resolve_permission(request):
            raise PermissionDenied

    def confirm(
        self,
        request: HttpRequest,
        decision: Decision,
        queryset: QuerySet[SignupRequest],
        back: str,
    ) -> HttpResponse | None:
        """The page that asks, with a way back; None, with a message, when there is nothing left to
        decide."""
        choice = choose(decision, queryset, is_whole_list=_is_whole_list(request))
        for refusal in choice.refusals:
            messages.warning(request, refusal)
        if not choice.asked:
            return None
        if choice.notice:
            messages.info(request, choice.notice)
        asked = choice.asked
        context = {
            "title": f"{decision.label} {'a sign-up' if len(asked) == 1 else 'sign-ups'}",
            "decision": decision,
            "requests": asked,
            "disabled": 0 if decision is Decision.DENY else sum(map(_is_disabled, asked)),
            "rows": rows_of(asked, with_roles=decision is Decision.UNDO),
            "mail": mail_in_words(is_chosen=decision is not Decision.DENY),
            "form": DecisionForm(),
            "back": back,
        }
        return self.render_page(request, "decide.html", context)

    def render_page(
        self, request: HttpRequest, template: str, context: dict[str, Any]
    ) -> TemplateResponse:
        """One of the pages that Django's admin does not have."""
        shared = {"opts": self.opts, "media": self.media, "changelist_url": reverse(CHANGELIST)}
        context = {**self.admin_site.each_context(request), **shared, **context}
        return TemplateResponse(request, f"{TEMPLATES}/{template}", context)


def _is_disabled(request: SignupRequest) -> bool:
    return not request.user.is_active


def _is_whole_list(request: HttpRequest) -> bool:
    """Whether all rows of a list were chosen, and not those that were ticked."""
    return request.POST.get("select_across") == "1"
