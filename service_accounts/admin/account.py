"""Service accounts in the admin, each with its tokens."""

import uuid
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.actor import Actor
from accounts.admin_base import FirstFewFilter
from accounts.admin_bulk import one_by_one
from accounts.admin_site import admin_actor
from accounts.admin_words import counted
from service_accounts.admin.creation import chosen, create, homes_of, list_grantable, require_home
from service_accounts.admin.forms import AccountForm, IssueForm, expiry
from service_accounts.admin.minting import MintingAdmin, Refusal, get_access, require_may_mint
from service_accounts.admin.words import may_in_words, status_in_words
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.account import change_service_account
from service_accounts.services.token import IssuedToken, ServiceAccountNotFound, issue_token
from service_accounts.staff import (
    CHANGE_ACCOUNTS,
    CHANGE_TOKENS,
    ISSUE,
    VIEW_ACCOUNTS,
    VIEW_TOKENS,
    has_right,
    reach_of,
)

MAX_PAST_TOKENS = 10
ACCOUNTS = "service_accounts_serviceaccount"


class HomeFilter(FirstFewFilter):
    """Names no organization whose accounts are not shown."""

    def offered(self, request: HttpRequest, others: QuerySet[Any]) -> QuerySet[Any]:
        return reach_of(request.user, *VIEW_ACCOUNTS).narrow(others, "pk")


@admin.register(ServiceAccount)
class ServiceAccountAdmin(MintingAdmin):
    home = "organization"
    view_rights = VIEW_ACCOUNTS
    list_display = ("name", "organization", "is_active", "provider", "created_by", "created")
    list_filter = ("is_active", "provider", ("organization", HomeFilter))
    search_fields = ("name_key__startswith", "organization__name__istartswith")
    search_help_text = "Search by the name of the account or of its organization"
    list_select_related = ("organization", "created_by")
    ordering = ("-pk",)
    sortable_by = ("created",)
    actions = ("disable_selected", "enable_selected")
    fields = (
        "name",
        "organization",
        "user",
        "is_active",
        "permission_list",
        "created_by",
        "created_at",
        "provider",
        "openrouter_model",
        "cursor_default_repo_url",
        "cursor_default_ref",
        "managed_by",
    )
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return has_right(request.user, ISSUE)

    @admin.display(description="may do")
    def permission_list(self, account: ServiceAccount) -> str:
        return may_in_words(account)

    @admin.action(description="Disable selected service accounts", permissions=["manage"])
    def disable_selected(
        self, request: HttpRequest, queryset: QuerySet[ServiceAccount]
    ) -> HttpResponse | None:
        return self._switch_selected(request, queryset, is_active=False)

    @admin.action(description="Enable selected service accounts", permissions=["manage"])
    def enable_selected(
        self, request: HttpRequest, queryset: QuerySet[ServiceAccount]
    ) -> HttpResponse | None:
        return self._switch_selected(request, queryset, is_active=True)

    def _switch_selected(
        self, request: HttpRequest, queryset: QuerySet[ServiceAccount], *, is_active: bool
    ) -> HttpResponse | None:
        """The page that asks about those that are not so yet; its POST switches them."""
        verb, actor = "enable" if is_active else "disable", admin_actor(request)
        chosen = self.within(request, queryset, CHANGE_ACCOUNTS).exclude(is_active=is_active)
        accounts, action = list(chosen), f"{verb}_selected"
        if not accounts:
            messages.warning(request, f"These service accounts were {verb}d already.")
            return None
        title = f"{verb.capitalize()} service accounts"
        page = "service_accounts/switch_selected.html"
        if asks := self.ask_about(request, action, accounts, title, page):
            return asks
        past = f"{verb.capitalize()}d"
        run = one_by_one(accounts, partial(_switch, is_active=is_active, by=actor))
        if answer := self.tell_run(request, run, past):
            return answer
        messages.success(request, f"{past}: {counted(sum(run.results), 'service account')}.")
        return None

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        issue, switch = wrap(self.issue_view), wrap(self.switch_view)
        return [
            path("<uuid:pk>/issue/", issue, name=f"{ACCOUNTS}_issue"),
            path("<uuid:pk>/disable/", switch, {"is_active": False}, name=f"{ACCOUNTS}_disable"),
            path("<uuid:pk>/enable/", switch, {"is_active": True}, name=f"{ACCOUNTS}_enable"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the tokens of the account, for whoever may see those."""
        account = context["original"]
        context["may_switch"] = _may(request, account, CHANGE_ACCOUNTS)
        if _may(request, account, *VIEW_TOKENS):
            context["tokens"] = _tokens_of(account)
            context |= _may_with_tokens(request, account)
        return super().render_change_form(request, context, *args, **kwargs)

    def switch_view(self, request: HttpRequest, pk: uuid.UUID, *, is_active: bool) -> HttpResponse:
        """The page that asks; a POST disables the account, or enables it again."""
        accounts = ServiceAccount.objects.select_related("user")
        account = self.get_within(request, accounts, pk, CHANGE_ACCOUNTS)
        verb, back = "enable" if is_active else "disable", self.way_back(request, account)
        if account.is_active == is_active:
            messages.warning(request, f"{account} was {verb}d already.")
            return HttpResponseRedirect(back)
        if request.method == "POST":
            changed: dict[str, str | bool] = {"is_active": is_active}
            change_service_account(account=account, changed=changed, by=admin_actor(request))
            messages.success(request, f"{verb.capitalize()}d: {account}.")
            return HttpResponseRedirect(back)
        context = {"title": f"{verb.capitalize()} service account", "account": account}
        context |= {"back": back, **_may_with_tokens(request, account)}
        if _may(request, account, *VIEW_TOKENS):
            context["tokens"] = list(account.tokens.usable(timezone.now()).order_by("pk"))
        return self.own_page(request, f"service_accounts/{verb}.html", context)

    def issue_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The page that asks what the token is for; a POST makes it."""
        accounts = ServiceAccount.objects.select_related("organization", "user")
        account = self.get_within(request, accounts, pk, ISSUE)
        back = self.way_back(request, account)
        form = IssueForm(request.POST if request.method == "POST" else None)
        context = {"title": "Issue token", "account": account, "back": back}
        context["permissions"] = may_in_words(account)
        try:
            require_may_mint(request.user, account)
            make, page = partial(_issue, request, account), "service_accounts/issue.html"
            return self.mint(request, form, make, page, context)
        except Refusal as refusal:
            return self.refuse(request, refusal, back)

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """To be looked at: for a POST that says `_saveasnew`, Django would go past `add_view`."""
        if request.method == "POST":
            raise PermissionDenied
        return super().change_view(request, *args, **kwargs)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page on which an account is described; a POST makes it, with its first token."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        back = self.way_back(request)
        context: dict[str, object] = {"title": "Add service account", "back": back}
        homes = homes_of(request.user)
        home = chosen(request, homes)
        if home is None and homes:
            page = "service_accounts/choose_organization.html"
            return self.own_page(request, page, {**context, "homes": homes})
        try:
            home = require_home(home)
            roles = list_grantable(get_access(request.user, home))
            form = AccountForm(request.POST if request.method == "POST" else None, offered=roles)
            make, page = partial(create, request, home, roles), "service_accounts/create.html"
            return self.mint(request, form, make, page, {**context, "home": home})
        except Refusal as refusal:
            return self.refuse(request, refusal, back)


def _may(request: HttpRequest, account: ServiceAccount, *rights: str) -> bool:
    """Whether the user has one of these rights where the account is."""
    return account.organization_id in reach_of(request.user, *rights)


def _may_with_tokens(request: HttpRequest, account: ServiceAccount) -> dict[str, bool]:
    """What a page offers to be done about the account's tokens."""
    return {
        "may_issue": _may(request, account, ISSUE),
        "may_revoke": _may(request, account, CHANGE_TOKENS),
    }


def _issue(request: HttpRequest, account: ServiceAccount, said: dict[str, Any]) -> IssuedToken:
    return issue_token(
        account=account,
        name=said["name"],
        expires_at=expiry(said),
        by=admin_actor(request),
        token_id=said["once"],
    )


def _switch(account: ServiceAccount, *, is_active: bool, by: Actor) -> bool:
    """Whether it was there."""
    try:
        change_service_account(account=account, changed={"is_active": is_active}, by=by)
    except ServiceAccountNotFound:  # deleted meanwhile: no reason to leave out the others
        return False
    return True


def _tokens_of(account: ServiceAccount) -> list[tuple[ServiceAccountToken, str, bool]]:
    """Each with its state in words and whether it works: all that do, and the last that did."""
    now = timezone.now()
    tokens = account.tokens.order_by("-pk")  # each knows its account: none is asked for
    usable = list(tokens.usable(now))
    past = tokens.exclude(pk__in=[token.pk for token in usable])[:MAX_PAST_TOKENS]
    listed = [(token, True) for token in usable] + [(token, False) for token in past]
    return [(token, status_in_words(token, now), works) for token, works in listed]
