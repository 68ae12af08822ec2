import uuid

from rest_framework.request import Request

from accounts.api import Answer, no_content
from accounts.inputs import NameMissing
from accounts.openapi import PAGE_PARAMETERS, operation, page_of, wrapped
from accounts.pagination import paginate
from organizations.models import Role
from organizations.permissions import Permission
from organizations.serializers.role import RoleChangeInput, RoleInput, RoleOutput, UnknownPermission
from organizations.services.role import (
    CannotDeleteOwnerRole,
    CannotModifySystemRole,
    CannotRenameSystemRole,
    RoleNameTaken,
    RoleNotFound,
    change_role,
    create_role,
    delete_role,
)
from organizations.views.base import OrganizationView


class RoleListView(OrganizationView):
    needs = {"GET": Permission.ORG_MEMBERS_MANAGE, "POST": Permission.ORG_MEMBERS_MANAGE}
    human_only = frozenset({"POST"})

    @operation(
        "listRoles",
        "Roles, the system role first, then by name",
        answer=page_of("roles", RoleOutput),
        query=PAGE_PARAMETERS,
    )
    def get(self, request: Request, organization_id: uuid.UUID) -> Answer:
        in_organization = Role.objects.filter(organization_id=organization_id)
        roles, page = paginate(request, in_organization.order_by("-is_system", "name_key", "pk"))
        return Answer({"roles": RoleOutput(roles, many=True).data, **page})

    @operation(
        "createRole",
        "Create a role with permissions that the caller holds",
        body=RoleInput,
        answer=wrapped("role", RoleOutput),
        status=201,
        errors=[NameMissing, UnknownPermission, RoleNameTaken],
        example={"name": "Reader", "permissions": ["board.read"]},
    )
    def post(self, request: Request, organization_id: uuid.UUID) -> Answer:
        data = self.read(RoleInput)
        role = create_role(
            access=self.access,
            name=data["name"],
            permissions=data["permissions"] or [],
            by=self.actor,
        )
        return Answer({"role": RoleOutput(role).data}, status=201)


class RoleView(OrganizationView):
    needs = {"PATCH": Permission.ORG_MEMBERS_MANAGE, "DELETE": Permission.ORG_MEMBERS_MANAGE}
    human_only = frozenset({"PATCH", "DELETE"})

    @operation(
        "updateRole",
        "Rename a role or change its permissions",
        body=RoleChangeInput,
        answer=wrapped("role", RoleOutput),
        errors=[
            NameMissing,
            UnknownPermission,
            CannotRenameSystemRole,
            CannotModifySystemRole,
            RoleNotFound,
            RoleNameTaken,
        ],
        example={"permissions": ["board.read", "board.write"]},
    )
    def patch(self, request: Request, organization_id: uuid.UUID, role_id: uuid.UUID) -> Answer:
        data = self.read(RoleChangeInput)
        role = change_role(
            access=self.access,
            role_id=role_id,
            name=data.get("name"),
            permissions=data.get("permissions"),
            by=self.actor,
        )
        return Answer({"role": RoleOutput(role).data})

    @operation(
        "deleteRole",
        "Delete a role; its holders lose it at once",
        status=204,
        errors=[CannotDeleteOwnerRole, RoleNotFound],
    )
    def delete(self, request: Request, organization_id: uuid.UUID, role_id: uuid.UUID) -> Answer:
        delete_role(access=self.access, role_id=role_id, by=self.actor)
        return no_content()
