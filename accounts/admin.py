"""Users in the admin: found, shut, opened, made staff. Nothing is deleted here."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.models import User
from accounts.services.users import disable_user, enable_user

# The ledger of refresh tokens is no page for people.
admin.site.unregister(OutstandingToken)
admin.site.unregister(BlacklistedToken)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("email", "display_name", "kind", "signup_status", "is_active", "last_seen_at")
    list_filter = ("is_active", "is_staff", "kind", "signup_status")
    search_fields = ("email", "display_name")
    ordering = ("email",)
    fields = (
        "email",
        "display_name",
        "kind",
        "signup_status",
        "is_active",
        "is_staff",
        "is_superuser",
        "user_permissions",
        "created_at",
        "last_seen_at",
    )
    readonly_fields = ("email", "kind", "signup_status", "created_at", "last_seen_at")
    filter_horizontal = ("user_permissions",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Who may change users may not thereby become a superuser; a program is never staff."""
        if request.user.is_superuser and (obj is None or obj.is_human):
            return self.readonly_fields
        return (*self.readonly_fields, "is_staff", "is_superuser", "user_permissions")

    def save_model(
        self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool
    ) -> None:
        """Saves what was edited; shutting an account also ends its sessions."""
        edited = [name for name in form.changed_data if name != "user_permissions"]
        fields = [name for name in edited if name != "is_active"]
        if fields:
            obj.save(update_fields=fields)
        if "is_active" in edited:
            switch: Any = enable_user if obj.is_active else disable_user
            switch(user=obj)
