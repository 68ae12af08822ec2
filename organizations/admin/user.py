"""Users in the admin: found, shut, opened, made staff. Nothing is deleted here."""

import uuid
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from accounts.actor import Actor
from accounts.admin_base import SafeAdmin, clean_with
from accounts.admin_bulk import one_by_one
from accounts.admin_links import way_to
from accounts.admin_site import admin_actor
from accounts.admin_words import counted, moment_of
from accounts.inputs import NameField
from accounts.models import Session, User
from accounts.services.sessions import revoke_sessions
from accounts.services.users import rename_user, set_rights
from organizations.admin.rights import RightsField, rights_offered
from organizations.admin.signup_filters import ColleaguesFilter
from organizations.admin.user_words import what_the_tick_does
from organizations.services.membership import LastOwner
from organizations.services.users import disable_user, enable_user, require_not_last_owner

# Rights are given one by one here: a page of groups that nobody can join would only confuse.
admin.site.unregister(Group)

STAFF_FIELDS = ("is_staff", "is_superuser", "user_permissions")
LAST_OWNER = "This is the last owner of an organization: make somebody else an owner first."


class UserForm(ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Refuses what the API refuses, and tells of a last owner before anything is saved."""

    class Meta:
        # Django's own words for these are a programmer's.
        labels: ClassVar[dict[str, str]] = {
            "is_staff": "Staff",
            "is_superuser": "Superuser",
            "user_permissions": "May do here",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "is_active": "Who is not active cannot log in, and is logged out at once.",
            "is_staff": "May log in here, and do what is ticked below.",
            "is_superuser": "May do everything here, whatever is ticked below.",
            "user_permissions": "",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_active := self.fields.get("is_active"):  # not for who may only look
            is_active.help_text = what_the_tick_does(self.instance)

    def clean_display_name(self) -> str:
        name: str = clean_with(NameField(allow_blank=True), self.cleaned_data["display_name"])
        return name

    def clean_is_active(self) -> bool:
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active:
            try:
                with transaction.atomic():
                    require_not_last_owner(user=self.instance)
            except LastOwner as error:
                raise ValidationError(LAST_OWNER, code="last_owner") from error
        return is_active


@admin.register(User)
class UserAdmin(SafeAdmin):
    form = UserForm
    list_display = ("email", "display_name", "kind", "signup_status", "is_active", "last_seen")
    list_filter = (ColleaguesFilter, "is_active", "is_staff", "kind", "signup_status")
    search_fields = ("email_key__startswith", "display_name__istartswith")
    search_help_text = "Search by e-mail or name"
    sortable_by = ("email",)
    actions = ("end_sessions",)
    ordering = ("kind", "email")  # people first: the address of a service account is a number
    fields = (
        "email",
        "display_name",
        "kind",
        "signup_status",
        "is_active",
        *STAFF_FIELDS,
        "created_at",
        "last_seen",
    )
    readonly_fields = ("email", "kind", "signup_status", "created_at", "last_seen")
    last_seen = moment_of("last_seen_at", "last seen at")

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """The rights: a tick for each, in words."""
        user_id = request.resolver_match.kwargs["object_id"] if request.resolver_match else ""
        kwargs["queryset"] = rights_offered(self.admin_site._registry, user_id)
        kwargs["widget"], kwargs["form_class"] = CheckboxSelectMultiple, RightsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_end_sessions_permission(self, request: HttpRequest) -> bool:
        """Whether the user may end the sessions of others, here as in the list of sessions."""
        return request.user.has_perm("accounts.change_session")

    @admin.action(description="End all sessions of selected users", permissions=["end_sessions"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """The page that asks; its POST ends them, however many, those of the admin too."""
        users, page = list(queryset), "accounts/user/end_sessions.html"
        if not users:
            messages.warning(request, "These users do not exist any more.")
            return None
        if asks := self.ask_about(request, "end_sessions", users, "End all sessions", page):
            return asks
        run = one_by_one(users, partial(_end_sessions, by=admin_actor(request)))
        if answer := self.tell_run(request, run, "Sessions ended"):
            return answer
        ended, users_done = counted(sum(run.results), "session"), counted(len(run.done), "user")
        messages.success(request, f"Ended: {ended} of {users_done}.")
        return None

    def get_urls(self) -> list[URLPattern]:
        end = self.admin_site.admin_view(self.end_sessions_view)
        return [
            path("<uuid:pk>/end_sessions/", end, name="accounts_user_end_sessions"),
            *super().get_urls(),
        ]

    def end_sessions_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The page that asks about one user, and leads back to theirs; a POST ends the sessions."""
        if not (self.has_view_permission(request) and self.has_end_sessions_permission(request)):
            raise PermissionDenied
        user = get_object_or_404(User, pk=pk)
        back = reverse("admin:accounts_user_change", args=[pk])
        if request.method == "POST":
            ended = _end_sessions(user, by=admin_actor(request))
            messages.success(request, f"Ended: {counted(ended, 'session')} of {user}.")
            return HttpResponseRedirect(back)
        context: dict[str, object] = {"title": "End all sessions", "rows": [user], "back": back}
        return self.own_page(request, "accounts/user/end_sessions.html", context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff and superusers are a superuser's business."""
        is_above = obj is not None and (obj.is_staff or obj.is_superuser)
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or not is_above)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Of a program nothing is said of the rights that it never has."""
        names: Any = super().get_fields(request, obj)
        is_human = obj is None or obj.is_human
        return [name for name in names if is_human or name not in STAFF_FIELDS]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Who may change users may not thereby become a superuser; a program is never staff."""
        if request.user.is_superuser and (obj is None or obj.is_human):
            return self.readonly_fields
        return (*self.readonly_fields, *STAFF_FIELDS)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the way to what the account came from: a sign-up, or a service account."""
        user = context["original"]
        origin = "signup_request" if user.is_human else "service_account"
        context["origin"] = way_to(self.admin_site, request, user, origin)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool
    ) -> None:
        """Saves what was edited; shutting an account also ends its sessions."""
        edited, actor = set(form.changed_data), admin_actor(request)
        stored = User.objects.get(pk=obj.pk)
        if "display_name" in edited:
            rename_user(user=stored, display_name=obj.display_name, by=actor)
        try:
            if "is_active" in edited:
                switch = enable_user if obj.is_active else disable_user
                switch(user=stored, by=actor)
        except LastOwner:  # the form looked, but another owner went in between
            messages.error(request, LAST_OWNER)
        # Last: who is shut is logged out of the admin as the staff that they were.
        if edited & {*STAFF_FIELDS}:
            set_rights(user=stored, is_staff=obj.is_staff, is_superuser=obj.is_superuser, by=actor)


def _end_sessions(user: User, *, by: Actor) -> int:
    """How many were live; those of the admin end too."""
    reason = Session.RevokedReason.REVOKED
    return revoke_sessions(user=user, reason=reason, by=by, in_admin=True)
