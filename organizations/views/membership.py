import uuid

from rest_framework.request import Request

from accounts.api import Answer, no_content
from accounts.openapi import operation
from accounts.serializers import OkOutput
from organizations.models import MemberRole
from organizations.permissions import Permission
from organizations.serializers.membership import (
    PermissionsOutput,
    RoleIdsInput,
    RoleIdsMissing,
    RoleIdsOutput,
)
from organizations.services.membership import (
    CannotRemoveYourself,
    LastOwner,
    MemberNotFound,
    ServiceAccountsCannotBeOwners,
    UnknownRole,
    get_membership,
    remove_member,
    set_member_roles,
)
from organizations.views.base import OrganizationView


class MemberView(OrganizationView):
    needs = {"DELETE": Permission.ORG_MEMBERS_MANAGE}

    @operation(
        "removeMember",
        "End a membership",
        status=204,
        errors=[CannotRemoveYourself, MemberNotFound, LastOwner],
    )
    def delete(self, request: Request, organization_id: uuid.UUID, user_id: uuid.UUID) -> Answer:
        remove_member(access=self.access, user_id=user_id, by=self.actor)
        return no_content()


class MemberRolesView(OrganizationView):
    needs = {"GET": Permission.ORG_MEMBERS_MANAGE, "PUT": Permission.ORG_MEMBERS_MANAGE}
    human_only = frozenset({"PUT"})

    @operation(
        "getMemberRoles", "The roles of a member", answer=RoleIdsOutput, errors=[MemberNotFound]
    )
    def get(self, request: Request, organization_id: uuid.UUID, user_id: uuid.UUID) -> Answer:
        membership = get_membership(organization_id=organization_id, user_id=user_id)
        held = MemberRole.objects.filter(membership=membership).values_list("role_id", flat=True)
        return Answer({"role_ids": sorted(map(str, held))})

    @operation(
        "setMemberRoles",
        "Give a member exactly these roles",
        body=RoleIdsInput,
        answer=OkOutput,
        errors=[
            RoleIdsMissing,
            UnknownRole,
            ServiceAccountsCannotBeOwners,
            MemberNotFound,
            LastOwner,
        ],
        example={"role_ids": ["$role_id"]},
    )
    def put(self, request: Request, organization_id: uuid.UUID, user_id: uuid.UUID) -> Answer:
        data = self.read(RoleIdsInput)
        set_member_roles(
            access=self.access, user_id=user_id, role_ids=data["role_ids"], by=self.actor
        )
        return Answer({"ok": True})


class OwnPermissionsView(OrganizationView):
    needs = {"GET": None}

    @operation("getOwnPermissions", "What the caller may do here", answer=PermissionsOutput)
    def get(self, request: Request, organization_id: uuid.UUID) -> Answer:
        return Answer({"permissions": sorted(self.access.permissions)})
