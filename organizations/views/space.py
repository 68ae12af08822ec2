import uuid

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.pagination import paginate
from organizations.models import Space
from organizations.permissions import Permission
from organizations.serializers.space import SpaceInput, SpaceOutput
from organizations.services.space import create_space
from organizations.views.base import OrganizationView


class SpaceListView(OrganizationView):
    needs = {"GET": Permission.BOARD_READ, "POST": Permission.SPACE_CREATE}

    def get(self, request: Request, organization_id: uuid.UUID) -> Response:
        in_organization = Space.objects.filter(organization_id=organization_id)
        spaces, page = paginate(request, in_organization.newest_first())
        return Response({"spaces": SpaceOutput(spaces, many=True).data, **page})

    def post(self, request: Request, organization_id: uuid.UUID) -> Response:
        data = self.read(SpaceInput)
        space = create_space(
            access=self.access, name=data["name"], description=data["description"] or ""
        )
        return Response(SpaceOutput(space).data, status=201)
