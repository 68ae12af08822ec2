"""Organizations, roles and invites in the admin."""

import uuid
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from accounts.actor import Actor
from accounts.admin_base import FirstFewFilter, ReadOnlyAdmin, StateFilter, clean_with
from accounts.admin_bulk import one_by_one
from accounts.admin_details import tell_with
from accounts.admin_lists import BoundedCount, in_words
from accounts.admin_site import admin_actor
from accounts.admin_words import counted, moment_in_words, moment_of
from accounts.inputs import NameField
from accounts.models import User
from organizations.admin.role_holders import holders_in_words
from organizations.models import Invite, MemberRole, Membership, Organization, Role
from organizations.permissions import permissions_in_words
from organizations.serializers.organization import PublicUrlField
from organizations.services.invite import InviteNotFound, revoke_invite
from organizations.services.organization import change_organization

NO_URL = "This must be an address that begins with https:// or http://."

tell_with(permissions_in_words, detail="permissions")


class OrganizationForm(ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Refuses what the API refuses."""

    def clean_name(self) -> str:
        name: str = clean_with(NameField(), self.cleaned_data["name"])
        return name

    def clean_intended_public_url(self) -> str:
        given = self.cleaned_data["intended_public_url"] or ""
        url: str = clean_with(PublicUrlField(), given, NO_URL)
        return url


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    form = OrganizationForm
    list_display = ("name", "slug", "open_signups_enabled", "members", "created")
    search_fields = ("name__istartswith", "slug__startswith")
    search_help_text = "Search by name or short name"
    rest_is_seen_by = "Search to see others"
    ordering = ("pk",)
    sortable_by = ("slug", "created")
    fields = ("name", "slug", "open_signups_enabled", "intended_public_url", "created_at")
    readonly_fields = ("slug", "created_at")

    def has_change_permission(self, request: HttpRequest, obj: Organization | None = None) -> bool:
        return self.has_manage_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        members = BoundedCount(Membership, "organization")
        return Organization.objects.annotate(member_count=members)

    @admin.display(description="members", ordering="member_count")
    def members(self, organization: Organization) -> str:
        return in_words(organization.member_count)  # type: ignore[attr-defined]  # annotated above

    def save_model(
        self,
        request: HttpRequest,
        obj: Organization,
        form: "ModelForm[Organization]",
        change: bool,
    ) -> None:
        """Through the service, from the stored row, so that the audit trail sees what changed."""
        changed = {name: form.cleaned_data[name] or None for name in form.changed_data}
        if "open_signups_enabled" in changed:
            changed["open_signups_enabled"] = form.cleaned_data["open_signups_enabled"]
        stored = Organization.objects.get(pk=obj.pk)
        change_organization(organization=stored, changed=changed, by=admin_actor(request))


@admin.register(Role)
class RoleAdmin(ReadOnlyAdmin):
    list_display = ("name", "organization", "is_system", "holders", "permission_list")
    list_filter = ("is_system", ("organization", FirstFewFilter))
    search_fields = ("name_key__startswith", "organization__name__istartswith")
    search_help_text = "Search by the name of the role or of its organization"
    list_select_related = ("organization",)
    ordering = ("organization_id", "name_key")
    short_ordering = ("organization__name", "name_key")
    fields = (
        "name",
        "organization",
        "is_system",
        "permission_list",
        "holders",
        "names_of_holders",
        "created_at",
        "updated_at",
    )
    readonly_fields = fields

    def get_fields(self, request: HttpRequest, obj: Role | None = None) -> Any:
        """Their names are for whoever may see users; how many they are, every list here tells."""
        names: Any = super().get_fields(request, obj)
        are_shown = self.admin_site.get_model_admin(User).has_view_permission(request)
        return [name for name in names if are_shown or name != "names_of_holders"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        return Role.objects.annotate(holder_count=BoundedCount(MemberRole, "role"))

    @admin.display(description="holders", ordering="holder_count")
    def holders(self, role: Role) -> str:
        return in_words(role.holder_count)  # type: ignore[attr-defined]  # annotated above

    @admin.display(description="who holds it")
    def names_of_holders(self, role: Role) -> SafeString:
        return holders_in_words(role, role.holder_count)  # type: ignore[attr-defined]  # annotated

    @admin.display(description="permissions")
    def permission_list(self, role: Role) -> str:
        named = permissions_in_words(role.sorted_permissions)
        return "everything" if role.is_system else named or "none"


class InviteStateFilter(StateFilter):
    states = ("usable", "accepted", "revoked", "expired")


@admin.register(Invite)
class InviteAdmin(ReadOnlyAdmin):
    list_display = ("recipient", "organization", "created_by", "created", "expires_at", "state")
    list_filter = (InviteStateFilter, ("organization", FirstFewFilter))
    search_fields = (
        "email_key__startswith",
        "created_by__email_key__startswith",
        "organization__name__istartswith",
    )
    search_help_text = "Search by the e-mail of guest or host, or by organization"
    list_select_related = ("organization", "created_by")
    ordering = ("-pk",)
    sortable_by = ("created",)
    actions = ("revoke_selected",)
    fields = (
        "recipient",
        "state_in_words",
        "organization",
        "created_by",
        "created_at",
        "expires_at",
        "accepted",
        "accepted_by",
        "revoked",
    )
    readonly_fields = fields
    accepted = moment_of("accepted_at", "accepted at", if_none="not yet")
    revoked = moment_of("revoked_at", "revoked at")

    @admin.display(description="for", ordering="email")
    def recipient(self, invite: Invite) -> str:
        return invite.email or "whoever holds it"

    @admin.display(description="state")
    def state(self, invite: Invite) -> str:
        return invite.state

    @admin.display(description="state")
    def state_in_words(self, invite: Invite) -> str:
        until = moment_in_words(invite.expires_at)
        return {
            "usable": f"Usable, once, until {until}",
            "accepted": f"Accepted on {moment_in_words(invite.accepted_at)}: used up",
            "revoked": f"Revoked on {moment_in_words(invite.revoked_at)}: its link opens nothing",
            "expired": f"Expired on {until}: its link opens nothing",
        }[invite.state]

    def get_urls(self) -> list[URLPattern]:
        revoke = self.admin_site.admin_view(self.revoke_view)
        return [
            path("<uuid:pk>/revoke/", revoke, name="organizations_invite_revoke"),
            *super().get_urls(),
        ]

    def revoke_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The page that asks; a POST revokes the invite."""
        if not self.has_manage_permission(request):
            raise PermissionDenied
        invites = Invite.objects.select_related("organization", "created_by")
        invite = get_object_or_404(invites, pk=pk)
        back = reverse("admin:organizations_invite_change", args=[pk])
        if invite.state == "usable" and request.method != "POST":
            context: dict[str, object] = {"rows": [invite], "back": back, "title": "Revoke invite"}
            return self.own_page(request, "organizations/invite/revoke_selected.html", context)
        if request.method == "POST" and _revoke(invite, by=admin_actor(request)):
            messages.success(request, f"Revoked: the {invite}.")
        else:
            messages.warning(request, "This invite does not work any more.")
        return HttpResponseRedirect(back)

    @admin.action(description="Revoke selected invites", permissions=["manage"])
    def revoke_selected(
        self, request: HttpRequest, queryset: QuerySet[Invite]
    ) -> HttpResponse | None:
        """The page that asks about those that are usable; its POST revokes them."""
        chosen = queryset.select_related("organization", "created_by")
        invites = [invite for invite in chosen if invite.state == "usable"]
        if not invites:
            messages.warning(request, "These invites do not work any more.")
            return None
        page = "organizations/invite/revoke_selected.html"
        if asks := self.ask_about(request, "revoke_selected", invites, "Revoke invites", page):
            return asks
        run = one_by_one(invites, partial(_revoke, by=admin_actor(request)))
        if answer := self.tell_run(request, run, "Revoked"):
            return answer
        for invite, is_revoked in run.done:
            if not is_revoked:
                messages.warning(request, f"The {invite} did not work any more.")
        messages.success(request, f"Revoked: {counted(sum(run.results), 'invite')}.")
        return None


def _revoke(invite: Invite, *, by: Actor) -> bool:
    """Whether it worked until then."""
    try:
        revoke_invite(organization_id=invite.organization_id, invite_id=invite.pk, by=by)
    except InviteNotFound:
        return False
    return True
