"""The tokens of service accounts in the admin: found, understood, rotated, revoked."""

import datetime as dt
import uuid
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.admin_base import StateFilter
from accounts.admin_bulk import one_by_one
from accounts.admin_filters import OwnerFilter
from accounts.admin_found import Condition
from accounts.admin_site import admin_actor
from accounts.admin_words import counted, moment_of
from service_accounts.admin.forms import RotateForm
from service_accounts.admin.minting import MintingAdmin, Refusal, require_may_mint
from service_accounts.admin.words import may_in_words, state_of, status_in_words
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.token import (
    IssuedToken,
    TokenReplaced,
    revoke_token,
    rotate_token,
)
from service_accounts.staff import CHANGE_TOKENS, ISSUE, VIEW_ACCOUNTS, VIEW_TOKENS, reach_of

HINT_DIGITS = 4


class TokenStateFilter(StateFilter):
    states = ("active", "expiring", "disabled", "expired", "revoked")
    in_words = {"expiring": "Expires within 30 days", "disabled": "Refused: account disabled"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = dict(super().lookups(request, model_admin))
        return [*{**named, **self.in_words}.items()]


class AccountFilter(OwnerFilter):
    title = "service account"
    parameter_name = "service_account"
    owners = ServiceAccount

    def owners_of(self, request: HttpRequest) -> QuerySet[Any]:
        """Names no account whose tokens are not shown."""
        return reach_of(request.user, *VIEW_TOKENS).narrow(
            super().owners_of(request), "organization"
        )


@admin.register(ServiceAccountToken)
class ServiceAccountTokenAdmin(MintingAdmin):
    """Hints only: a token is shown once, to whoever made it, and never here."""

    home = "service_account__organization"
    view_rights = VIEW_TOKENS
    list_display = ("hint", "service_account", "name", "last_used", "expires", "state")
    list_filter = (AccountFilter, TokenStateFilter)
    search_fields = ("hint", "service_account__name_key__startswith", "name__istartswith")
    search_help_text = "Search by service account, by name, or by the last four characters"
    list_select_related = ("service_account__user",)
    ordering = ("-pk",)
    actions = ("revoke_selected",)
    fields = (
        "hint",
        "service_account",
        "organization",
        "account_state",
        "permission_list",
        "name",
        "state_in_words",
        "created_at",
        "last_used",
        "expires",
        "revoked",
    )
    readonly_fields = fields
    last_used = moment_of("last_used_at", "last used at")
    expires = moment_of("expires_at", "expires at")
    revoked = moment_of("revoked_at", "revoked at")

    def conditions(self, text: str, *, is_long: bool) -> list[Condition]:
        """Four digits may be the end of a hint, too."""
        digits = text.removeprefix("sa_").removeprefix("…")
        end = [("hint", f"sa_…{digits}")] if len(digits) == HINT_DIGITS else []
        return [*super().conditions(text, is_long=is_long), *end]

    @admin.display(description="state")
    def state(self, token: ServiceAccountToken) -> str:
        return state_of(token, timezone.now())

    @admin.display(description="organization")
    def organization(self, token: ServiceAccountToken) -> str:
        return str(token.service_account.organization)

    @admin.display(description="the account is")
    def account_state(self, token: ServiceAccountToken) -> str:
        is_usable = token.service_account.is_usable
        return "active" if is_usable else "disabled: all its tokens are refused"

    @admin.display(description="may do")
    def permission_list(self, token: ServiceAccountToken) -> str:
        return may_in_words(token.service_account)

    @admin.display(description="state")
    def state_in_words(self, token: ServiceAccountToken) -> str:
        return status_in_words(token, timezone.now())

    @admin.action(description="Revoke selected tokens", permissions=["manage"])
    def revoke_selected(
        self, request: HttpRequest, queryset: QuerySet[ServiceAccountToken]
    ) -> HttpResponse | None:
        """The page that asks about those that are not revoked; its POST revokes them."""
        chosen = self.within(request, queryset, CHANGE_TOKENS).filter(revoked_at=None)
        tokens = list(chosen.select_related("service_account"))
        if not tokens:
            messages.warning(request, "These tokens were revoked already.")
            return None
        page = "service_accounts/revoke_selected.html"
        if asks := self.ask_about(request, "revoke_selected", tokens, "Revoke tokens", page):
            return asks
        actor = admin_actor(request)
        run = one_by_one(tokens, lambda token: revoke_token(token=token, by=actor))
        if answer := self.tell_run(request, run, "Revoked"):
            return answer
        text = f"Revoked: {counted(sum(run.results), 'token')}, dead at once."
        messages.success(request, text)
        return None

    def get_urls(self) -> list[URLPattern]:
        rotate, revoke = map(self.admin_site.admin_view, (self.rotate_view, self.revoke_view))
        prefix = "service_accounts_serviceaccounttoken"
        return [
            path("<uuid:pk>/rotate/", rotate, name=f"{prefix}_rotate"),
            path("<uuid:pk>/revoke/", revoke, name=f"{prefix}_revoke"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With what the user may do with the token."""
        token = context["original"]
        is_active = token.status(timezone.now()) == "active"
        is_latest = is_active and token.rotated_at is None

        def may(*rights: str) -> bool:
            return token.service_account.organization_id in reach_of(request.user, *rights)

        context["may_rotate"] = is_latest and may(ISSUE)
        context["may_revoke"] = is_active and may(CHANGE_TOKENS)
        context["may_see_account"] = may(*VIEW_ACCOUNTS)
        return super().render_change_form(request, context, *args, **kwargs)

    def rotate_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The page that asks until when the old token is to work; a POST makes the new one."""
        token = self.get_within(request, _with_account(), pk, ISSUE)
        back = self.way_back(request, token.service_account, token)
        make = partial(_rotate, request, token)
        form = RotateForm(request.POST if request.method == "POST" else None)
        try:
            require_may_mint(request.user, token.service_account)
            if not form.is_bound and _is_replaced(token):
                raise _replaced()
            context = {"title": "Rotate token", "old": token, "back": back}
            return self.mint(request, form, make, "service_accounts/rotate.html", context)
        except Refusal as refusal:
            return self.refuse(request, refusal, back)

    def revoke_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The page that asks; a POST makes the token useless."""
        token = self.get_within(request, _with_account(), pk, CHANGE_TOKENS)
        back = self.way_back(request, token.service_account, token)
        if token.status(timezone.now()) == "revoked":
            messages.warning(request, f"The token {token} was revoked already.")
            return HttpResponseRedirect(back)
        if request.method == "POST":
            revoke_token(token=token, by=admin_actor(request))
            messages.success(request, f"Revoked: the token {token}. It is dead at once.")
            return HttpResponseRedirect(back)
        context = {"title": "Revoke token", "token": token, "back": back}
        return self.own_page(request, "service_accounts/revoke.html", context)


def _with_account() -> QuerySet[ServiceAccountToken]:
    return ServiceAccountToken.objects.select_related(
        "service_account__organization", "service_account__user"
    )


def _is_replaced(token: ServiceAccountToken) -> bool:
    return token.rotated_at is not None and token.status(timezone.now()) == "active"


def _replaced() -> Refusal:
    return Refusal(
        "This token was replaced already",
        "A newer one took its place, and this one works for a while more. If the newer one was"
        " lost, revoke that, and issue a token on the page of the account.",
        status=409,
    )


def _rotate(request: HttpRequest, token: ServiceAccountToken, said: dict[str, Any]) -> IssuedToken:
    """Raises Refusal for a token that has a successor."""
    try:
        issued = rotate_token(
            token=token,
            overlap=dt.timedelta(seconds=int(said["overlap"])),
            by=admin_actor(request),
            token_id=said["once"],
        )
    except TokenReplaced as error:
        raise _replaced() from error
    token.refresh_from_db(fields=["expires_at", "revoked_at"])  # the page tells what became of it
    return issued
