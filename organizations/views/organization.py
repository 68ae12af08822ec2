import uuid

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from accounts.pagination import paginate
from organizations.models import Organization
from organizations.permissions import Permission
from organizations.serializers.organization import (
    FeaturesInput,
    FeaturesOutput,
    OrganizationOutput,
)
from organizations.services.organization import can_create_organization
from organizations.views.base import OrganizationView


class OrganizationListView(ApiView):
    def get(self, request: Request) -> Response:
        user = self.principal
        organizations, page = paginate(request, Organization.objects.visible_to(user))
        may_create = can_create_organization(user=user, has_organization=bool(organizations))
        return Response(
            {
                "organizations": OrganizationOutput(organizations, many=True).data,
                "can_create_organization": may_create,
                **page,
            }
        )


class OrganizationDetailView(OrganizationView):
    needs = {"GET": None}

    def get(self, request: Request, organization_id: uuid.UUID) -> Response:
        return Response(OrganizationOutput(self.get_organization()).data)


class FeaturesView(OrganizationView):
    needs = {"GET": None, "PATCH": Permission.ORG_MANAGE}

    def get(self, request: Request, organization_id: uuid.UUID) -> Response:
        return self._answer(self.get_organization())

    def patch(self, request: Request, organization_id: uuid.UUID) -> Response:
        data = self.read(FeaturesInput)
        organization = self.get_organization()
        if "open_signups_enabled" in data:
            organization.set_open_signups(is_enabled=data["open_signups_enabled"])
        return self._answer(organization)

    def _answer(self, organization: Organization) -> Response:
        return Response({"features": FeaturesOutput(organization).data})
