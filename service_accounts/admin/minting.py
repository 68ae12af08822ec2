"""New tokens in the admin: who may have one, one for each form, and shown once.

Nobody takes a token of an account that may do more than they may: the API's rule holds here for
superusers too, who are members of nothing. What the admin's own permission
(`issue_serviceaccounttoken`) stands for is the API's org.members.manage; where somebody holds that
there, `manage_own_serviceaccount` stands for it too: see `service_accounts.staff`.
"""

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.admin_base import ReadOnlyAdmin
from accounts.ids import uuid7
from accounts.models import User
from config.exceptions import DomainError, Forbidden
from organizations.access import Access, find_access
from organizations.models import Organization
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.account import ServiceAccountNameTaken
from service_accounts.services.token import (
    AlreadyIssued,
    IssuedToken,
    TokenNotActive,
    TooManyTokens,
    require_token_grantable,
)
from service_accounts.staff import MANAGE_OWN, has_right, reach_of

SALT = "service_accounts.admin.once"
FORM_LIVES_SECONDS = 60 * 60
TOO_OLD = "This page was open for too long. Look at it once more, and press the button again."
IN_WORDS: dict[type[DomainError], str] = {
    TooManyTokens: "Ten tokens of this account work, and more are not allowed: revoke one first.",
    TokenNotActive: "This token does not work any more: there is nothing to rotate.",
    ServiceAccountNameTaken: "A service account has this name already.",
}
OPERATOR = "Ask an owner of the organization, or whoever operates the server."


class Refusal(Exception):
    """Why no token is made, as a heading and in words."""

    def __init__(self, title: str, says: str, status: int = 403) -> None:
        super().__init__(title)
        self.title, self.says, self.status = title, says, status


class MintForm(forms.Form):
    """Holds the id of the token that it makes: sent twice, it makes no second one."""

    once = forms.CharField()

    def clean_once(self) -> uuid.UUID:
        """Raises AlreadyIssued for a form that made its token; the service looks once more."""
        try:
            signed = self.cleaned_data["once"]
            token_id = uuid.UUID(signing.loads(signed, salt=SALT, max_age=FORM_LIVES_SECONDS))
        except signing.BadSignature as error:
            raise ValidationError(TOO_OLD) from error
        if ServiceAccountToken.objects.filter(pk=token_id).exists():
            raise AlreadyIssued
        return token_id


class MintingAdmin(ReadOnlyAdmin):
    """Pages that ask, make a token when a POST confirms, and show it in the answer alone.

    Staff whose right ends with their organizations see nothing of the others.
    """

    home: ClassVar[str]  # the way from a row to its organization
    view_rights: ClassVar[tuple[str, ...]]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or request.user.has_perm(MANAGE_OWN)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Of which rows, is asked when they are changed."""
        return super().has_manage_permission(request) or request.user.has_perm(MANAGE_OWN)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.within(request, super().get_queryset(request), *self.view_rights)

    def within(self, request: HttpRequest, rows: QuerySet[Any], *rights: str) -> QuerySet[Any]:
        """Those of `rows` about which the user has one of these rights."""
        return reach_of(request.user, *rights).narrow(rows, self.home)

    def get_within(
        self, request: HttpRequest, rows: QuerySet[Any], pk: uuid.UUID, *rights: str
    ) -> Any:
        """One of `rows`, about which the user has one of these rights.

        Raises PermissionDenied for who has none of them anywhere, else Http404.
        """
        if not has_right(request.user, *rights):
            raise PermissionDenied
        return get_object_or_404(self.within(request, rows, *rights), pk=pk)

    def way_back(
        self,
        request: HttpRequest,
        account: ServiceAccount | None = None,
        token: ServiceAccountToken | None = None,
    ) -> str:
        """The first that the user may see: the page of the account (of all, without one), that of
        the token, and the beginning."""
        models = (ServiceAccount, ServiceAccountToken)
        admins = [self.admin_site.get_model_admin(model) for model in models]
        of_accounts, of_tokens = [each.has_view_permission(request) for each in admins]
        page = "admin:service_accounts_serviceaccount"
        if of_accounts and account is not None:
            return reverse(f"{page}_change", args=[account.pk])
        if of_accounts:
            return reverse(f"{page}_changelist")
        if of_tokens and token is not None:
            return reverse(f"{page}token_change", args=[token.pk])
        return reverse("admin:index")

    def mint(
        self,
        request: HttpRequest,
        form: MintForm,
        make: Callable[[dict[str, Any]], IssuedToken],
        page: str,
        context: dict[str, object],
    ) -> HttpResponse:
        """The page that asks or, if a good form was posted, the one that shows what was made.

        Raises Refusal for a form that was posted before.
        """
        try:
            if form.is_bound and form.is_valid():
                return self._show(request, make(form.cleaned_data), context)
        except AlreadyIssued as error:
            raise sent_before() from error
        except DomainError as error:
            form.add_error(None, IN_WORDS.get(type(error), error.error))
        once = signing.dumps(str(uuid7()), salt=SALT)
        return self.own_page(request, page, {**context, "form": form, "once": once})

    def refuse(self, request: HttpRequest, refusal: Refusal, back: str) -> HttpResponse:
        context: dict[str, object] = {"title": refusal.title, "says": refusal.says, "back": back}
        page = "service_accounts/refused.html"
        return self.own_page(request, page, context, status=refusal.status)

    def _show(
        self, request: HttpRequest, issued: IssuedToken, context: dict[str, object]
    ) -> HttpResponse:
        """Like all pages of the admin, with Cache-Control: no-store."""
        token = issued.token
        after = self.way_back(request, token.service_account, token)
        shown = {"title": "New token", "raw": issued.raw, "token": token, "after": after}
        return self.own_page(request, "service_accounts/new_token.html", {**context, **shown})


def sent_before() -> Refusal:
    return Refusal(
        "This form was sent before",
        "Its token was made then, and shown once. Nothing was done now. If nobody noted the token"
        " down, revoke it and have a new one made.",
        status=409,
    )


def get_access(user: object, organization: Organization) -> Access:
    """What a staff member may do in the organization. Raises Refusal for who is no member."""
    access = None
    if isinstance(user, User):
        access = find_access(user=user, organization_id=organization.pk)
    if access is None:
        raise Refusal(
            f"You are not a member of {organization}",
            "Whoever holds a token acts in the organization. So only its members have tokens made,"
            " also if they may do everything in this administration. Ask an owner of"
            f" {organization} to do it. Or ask to be invited: once you have accepted the invite,"
            " with a role that may do what the account may, this page opens to you.",
        )
    return access


def require_may_mint(user: object, account: ServiceAccount) -> None:
    """Raises Refusal unless the user may do all that the account may."""
    access = get_access(user, account.organization)
    try:
        require_token_grantable(access=access, account=account)
    except Forbidden as error:
        raise Refusal(
            f"{account} may do more than you",
            f"In {account.organization} it may do things that you may not, and whoever holds its"
            f" token could do them. {OPERATOR}",
        ) from error
