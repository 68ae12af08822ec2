"""Service accounts and their tokens in the admin."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_base import FirstFewFilter, ReadOnlyAdmin, StateFilter
from accounts.admin_found import Condition
from accounts.admin_site import admin_actor
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.account import change_service_account
from service_accounts.services.token import revoke_token

HINT_DIGITS = 4


@admin.register(ServiceAccount)
class ServiceAccountAdmin(ReadOnlyAdmin):
    list_display = ("name", "organization", "is_active", "provider", "created_by", "created")
    list_filter = ("is_active", "provider", ("organization", FirstFewFilter))
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
        "created_by",
        "created_at",
        "provider",
        "openrouter_model",
        "cursor_default_repo_url",
        "cursor_default_ref",
        "managed_by",
    )
    readonly_fields = fields

    @admin.action(description="Disable selected service accounts", permissions=["manage"])
    def disable_selected(self, request: HttpRequest, queryset: QuerySet[ServiceAccount]) -> None:
        self._switch(request, queryset, is_active=False)

    @admin.action(description="Enable selected service accounts", permissions=["manage"])
    def enable_selected(self, request: HttpRequest, queryset: QuerySet[ServiceAccount]) -> None:
        self._switch(request, queryset, is_active=True)

    def _switch(
        self, request: HttpRequest, queryset: QuerySet[ServiceAccount], *, is_active: bool
    ) -> None:
        actor, accounts = admin_actor(request), list(queryset)
        for account in accounts:
            change_service_account(account=account, changed={"is_active": is_active}, by=actor)
        messages.success(request, f"{'Enabled' if is_active else 'Disabled'}: {len(accounts)}.")


class TokenStateFilter(StateFilter):
    states = ("active", "expired", "revoked")


@admin.register(ServiceAccountToken)
class ServiceAccountTokenAdmin(ReadOnlyAdmin):
    """Hints only: a token is shown once, to whoever made it, and never here."""

    list_display = ("hint", "service_account", "name", "last_used_at", "expires_at", "state")
    list_filter = (TokenStateFilter,)
    search_fields = ("hint", "service_account__name_key__startswith", "name__istartswith")
    search_help_text = "Search by service account, by name, or by the last four digits"
    list_select_related = ("service_account",)
    ordering = ("-pk",)
    actions = ("revoke_selected",)
    fields = (
        "hint",
        "service_account",
        "name",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    readonly_fields = fields

    def conditions(self, text: str, *, is_long: bool) -> list[Condition]:
        """Four digits may be the end of a hint, too."""
        digits = text.removeprefix("sa_").removeprefix("…")
        end = [("hint", f"sa_…{digits}")] if len(digits) == HINT_DIGITS else []
        return [*super().conditions(text, is_long=is_long), *end]

    @admin.display(description="state")
    def state(self, token: ServiceAccountToken) -> str:
        return token.status(timezone.now())

    @admin.action(description="Revoke selected tokens", permissions=["manage"])
    def revoke_selected(
        self, request: HttpRequest, queryset: QuerySet[ServiceAccountToken]
    ) -> None:
        # Read once: on a filtered page the revoked ones leave the query.
        tokens = list(queryset.select_related("service_account"))
        for token in tokens:
            revoke_token(token=token, by=admin_actor(request))
        messages.success(request, f"Revoked: {len(tokens)} token(s). They are dead at once.")
