"""Member lists. They live here because their rows tell about service accounts."""

import uuid

from rest_framework import serializers
from rest_framework.request import Request

from accounts.api import Answer
from accounts.openapi import PAGE_PARAMETERS, operation, page_of
from accounts.pagination import paginate
from organizations.models.membership import Membership, MembershipQuerySet
from organizations.services.space import NoAccessToSpace, SpaceNotFound, enter_space
from organizations.views.base import OrganizationView
from service_accounts.serializers import MemberOutput


class MemberListView(OrganizationView):
    needs = {"GET": None}

    @operation(
        "listMembers",
        "Members by e-mail",
        answer=page_of("members", MemberOutput),
        query=PAGE_PARAMETERS,
    )
    def get(self, request: Request, organization_id: uuid.UUID) -> Answer:
        members = Membership.objects.filter(organization_id=organization_id)
        return Answer(_page(request, members))


class AccessibleMembersView(OrganizationView):
    needs = {"GET": None}  # access to the space decides

    @operation(
        "listAccessibleMembers",
        "Members who may enter a space",
        answer=page_of(
            "members",
            MemberOutput,
            name="AccessibleMemberList",
            allowed_role_ids=serializers.ListField(child=serializers.UUIDField()),
            space_has_allowlist=serializers.BooleanField(),
        ),
        query=PAGE_PARAMETERS,
        errors=[NoAccessToSpace, SpaceNotFound],
    )
    def get(self, request: Request, organization_id: uuid.UUID, space_id: uuid.UUID) -> Answer:
        space = enter_space(access=self.access, space_id=space_id)
        return Answer(
            {
                **_page(request, Membership.objects.who_may_enter(space)),
                "allowed_role_ids": space.allowed_role_ids,
                "space_has_allowlist": space.has_allow_list,
            }
        )


def _page(request: Request, members: MembershipQuerySet) -> dict[str, object]:
    rows, page = paginate(request, members.with_user().by_email())
    return {"members": MemberOutput(rows, many=True).data, **page}
