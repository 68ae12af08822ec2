import uuid
from typing import Any

from rest_framework.request import Request

from accounts.api import Answer, no_content
from accounts.inputs import NameMissing
from accounts.openapi import PAGE_PARAMETERS, operation, page_of
from accounts.pagination import paginate_compiled
from organizations.access import Access
from organizations.models import Space
from organizations.permissions import Permission
from organizations.queries import accessible_spaces, space_access
from organizations.serializers.membership import RoleIdsInput, RoleIdsMissing, RoleIdsOutput
from organizations.serializers.space import (
    AccessSummaryOutput,
    SpaceChangeInput,
    SpaceInput,
    SpaceOutput,
)
from organizations.services.membership import UnknownRole
from organizations.services.space import (
    NoAccessToSpace,
    SpaceNotFound,
    change_space,
    create_space,
    delete_space,
    enter_space,
    get_space,
    set_allowed_roles,
)
from organizations.views.base import OrganizationView


class SpaceListView(OrganizationView):
    needs = {"GET": Permission.BOARD_READ, "POST": Permission.SPACE_CREATE}

    @operation(
        "listSpaces",
        "Spaces that the caller may enter, newest first",
        answer=page_of("spaces", SpaceOutput),
        query=PAGE_PARAMETERS,
    )
    def get(self, request: Request, organization_id: uuid.UUID) -> Answer:
        spaces, page = paginate_compiled(
            request,
            accessible_spaces,
            **_seen_by(self.access),
        )
        return Answer({"spaces": SpaceOutput.each(spaces), **page})

    @operation(
        "createSpace",
        "Create a space",
        body=SpaceInput,
        answer=SpaceOutput,
        status=201,
        errors=[NameMissing],
        example={"name": "Launch"},
    )
    def post(self, request: Request, organization_id: uuid.UUID) -> Answer:
        data = self.read(SpaceInput)
        space = create_space(
            access=self.access,
            name=data["name"],
            description=data["description"] or "",
            by=self.actor,
        )
        return Answer(SpaceOutput.of(space), status=201)


class SpaceView(OrganizationView):
    needs = {
        "GET": None,  # access to the space decides
        "PATCH": Permission.SPACE_MEMBERS_MANAGE,
        "DELETE": Permission.SPACE_DELETE,
    }

    @operation("getSpace", "One space", answer=SpaceOutput, errors=[NoAccessToSpace, SpaceNotFound])
    def get(self, request: Request, organization_id: uuid.UUID, space_id: uuid.UUID) -> Answer:
        return Answer(SpaceOutput.of(enter_space(access=self.access, space_id=space_id)))

    @operation(
        "updateSpace",
        "Change a space",
        body=SpaceChangeInput,
        answer=SpaceOutput,
        errors=[NameMissing, SpaceNotFound],
        example={"name": "Launch 2"},
    )
    def patch(self, request: Request, organization_id: uuid.UUID, space_id: uuid.UUID) -> Answer:
        data = self.read(SpaceChangeInput)
        description = data["description"] or "" if "description" in data else None
        space = change_space(
            access=self.access,
            space_id=space_id,
            name=data.get("name"),
            description=description,
            by=self.actor,
        )
        return Answer(SpaceOutput.of(space))

    @operation("deleteSpace", "Delete a space", status=204, errors=[SpaceNotFound])
    def delete(self, request: Request, organization_id: uuid.UUID, space_id: uuid.UUID) -> Answer:
        delete_space(access=self.access, space_id=space_id, by=self.actor)
        return no_content()


class SpaceAccessView(OrganizationView):
    needs = {"GET": Permission.SPACE_MEMBERS_MANAGE, "PUT": Permission.SPACE_MEMBERS_MANAGE}

    @operation(
        "getSpaceAccess", "The allow-list of a space", answer=RoleIdsOutput, errors=[SpaceNotFound]
    )
    def get(self, request: Request, organization_id: uuid.UUID, space_id: uuid.UUID) -> Answer:
        return self._answer(get_space(access=self.access, space_id=space_id))

    @operation(
        "setSpaceAccess",
        "Let holders of these roles in; an empty list opens the space",
        body=RoleIdsInput,
        answer=RoleIdsOutput,
        errors=[RoleIdsMissing, UnknownRole, SpaceNotFound],
        example={"role_ids": ["$role_id"]},
    )
    def put(self, request: Request, organization_id: uuid.UUID, space_id: uuid.UUID) -> Answer:
        data = self.read(RoleIdsInput)
        space = set_allowed_roles(
            access=self.access, space_id=space_id, role_ids=data["role_ids"], by=self.actor
        )
        return self._answer(space)

    def _answer(self, space: Space) -> Answer:
        return Answer({"role_ids": space.allowed_role_ids})


class AccessSummaryView(OrganizationView):
    needs = {"GET": Permission.BOARD_READ}

    @operation(
        "getAccessSummary",
        "Which spaces the caller may enter",
        answer=page_of("projects", AccessSummaryOutput),
        query=PAGE_PARAMETERS,
    )
    def get(self, request: Request, organization_id: uuid.UUID) -> Answer:
        spaces, page = paginate_compiled(
            request,
            space_access,
            **_seen_by(self.access),
        )
        return Answer({"projects": AccessSummaryOutput.each(spaces), **page})


def _seen_by(access: Access) -> dict[str, Any]:
    """What the queries about spaces need to know of a member."""
    return {
        "organization_id": access.organization_id,
        "user_id": access.user.pk,
        "enters_all": access.enters_all_spaces,
        "enters_open": access.enters_open_spaces,
    }
