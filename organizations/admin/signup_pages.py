"""What belongs to the page of a sign-up request: facts, notes, who looks; and staff's own mails."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, re_path, reverse
from django.urls.converters import UUIDConverter

from accounts import mail
from accounts.admin_site import admin_actor
from accounts.models import User
from organizations.admin.decision import LinesField, too_late
from organizations.admin.signup_decisions import PREFIX, DecisionPages
from organizations.admin.signup_facts import (
    domain_facts,
    looking_in_words,
    network_facts,
    next_after,
    notes_on,
    time_to_undo,
)
from organizations.admin.signup_history import history_of
from organizations.models import SignupMailChoice, SignupRequest
from organizations.models.signup_review import MAX_NOTE_LENGTH
from organizations.services.signup_request import why_it_stands
from organizations.services.signup_review import (
    add_note,
    choose_signup_mail,
    get_signup_mail,
    look_at,
)


class NoteForm(forms.Form):
    text = LinesField(
        label="Add a note",
        help_text="For staff only. The applicant never sees it, and nobody can change it later.",
        max_length=MAX_NOTE_LENGTH,
    )


class MailForm(forms.Form):
    frequency = forms.ChoiceField(
        label="Tell me about new sign-ups",
        choices=SignupMailChoice.Frequency.choices,
        widget=forms.RadioSelect,
    )


class SignupPages(DecisionPages):
    """The page of one request, and what it posts to."""

    def get_urls(self) -> list[URLPattern]:
        one, site = f"^(?P<pk>{UUIDConverter.regex})", self.admin_site
        note, presence = site.admin_view(self.note_view), site.admin_view(self.presence_view)
        mails = site.admin_view(self.mails_view)
        return [
            re_path(f"{one}/note/$", note, name=f"{PREFIX}_note"),
            re_path(f"{one}/presence/$", presence, name=f"{PREFIX}_presence"),
            re_path("^mails/$", mails, name=f"{PREFIX}_mails"),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().change_view(request, *args, **kwargs)
        shown = getattr(answer, "context_data", None) or {}
        original = shown.get("original")
        if isinstance(answer, TemplateResponse) and isinstance(original, SignupRequest):
            shown.update(self._page_context(request, original))
        return answer

    def note_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Takes a note, and goes back to the page."""
        self.require_resolve(request)
        one = get_object_or_404(SignupRequest, pk=pk)
        form = NoteForm(request.POST)
        if request.method == "POST" and form.is_valid():
            add_note(request=one, text=form.cleaned_data["text"], by=admin_actor(request))
            messages.success(request, "The note was added.")
        elif request.method == "POST":
            problem = " ".join(map(str, form.errors["text"]))
            messages.error(request, f"The note was not added. {problem}")
        page = reverse(f"admin:{PREFIX}_change", args=[one.pk])
        return HttpResponseRedirect(f"{page}#notes")

    def presence_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        """What an open page asks from time to time: who else looks, and was it decided?"""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        one = get_object_or_404(SignupRequest.objects.select_related("user", "resolved_by"), pk=pk)
        others = look_at(request=one, user=_staff(request))
        decided = too_late(one) if one.decision else ""
        return JsonResponse({"looking": looking_in_words(others), "decided": decided})

    def mails_view(self, request: HttpRequest) -> HttpResponse:
        """On which staff choose when they themselves get mails."""
        self.require_resolve(request)
        form = MailForm(
            request.POST or None, initial={"frequency": get_signup_mail(user=_staff(request))}
        )
        if request.method == "POST" and form.is_valid():
            frequency = SignupMailChoice.Frequency(form.cleaned_data["frequency"])
            choose_signup_mail(user=_staff(request), frequency=frequency)
            messages.success(request, "Your choice was saved.")
            return HttpResponseRedirect(request.path)
        reached = mail.reaches_people()
        context = {"title": "Mails about sign-ups", "form": form, "reaches_people": reached}
        return self.render_page(request, "mails.html", context)

    def _page_context(self, request: HttpRequest, one: SignupRequest) -> dict[str, Any]:
        notes, has_older_notes = notes_on(one)
        return {
            "looking": looking_in_words(look_at(request=one, user=_staff(request))),
            "domain": domain_facts(one),
            "network": network_facts(one),
            "history": history_of(one),
            "notes": notes,
            "has_older_notes": has_older_notes,
            "note_form": NoteForm(),
            "next": next_after(one),
            "time_to_undo": time_to_undo(one),
            "why_it_stands": why_it_stands(one),
            "can_resolve": self.has_resolve_permission(request),
        }


def _staff(request: HttpRequest) -> User:
    """Who asks: the admin lets nobody else in."""
    return cast("User", request.user)
