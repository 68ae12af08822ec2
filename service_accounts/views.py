"""Service accounts of an organization: for people who may manage members."""

import uuid

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.pagination import paginate
from organizations.permissions import Permission
from organizations.views.base import OrganizationView
from service_accounts.models import ServiceAccount
from service_accounts.serializers import (
    IssuedTokenOutput,
    ServiceAccountInput,
    ServiceAccountOutput,
)
from service_accounts.services import (
    ProviderSettings,
    create_service_account,
    get_roles,
    require_grantable,
)


class ServiceAccountListView(OrganizationView):
    needs = {"GET": Permission.ORG_MEMBERS_MANAGE, "POST": Permission.ORG_MEMBERS_MANAGE}
    is_human_only = True

    def get(self, request: Request, organization_id: uuid.UUID) -> Response:
        in_organization = ServiceAccount.objects.filter(organization_id=organization_id)
        accounts, page = paginate(request, in_organization.newest_first())
        body = ServiceAccountOutput(accounts, many=True).data
        return Response({"service_accounts": body, **page})

    def post(self, request: Request, organization_id: uuid.UUID) -> Response:
        data = self.read(ServiceAccountInput)
        roles = get_roles(organization_id=organization_id, role_ids=data.pop("role_ids") or [])
        require_grantable(access=self.access, roles=roles)
        issued = create_service_account(
            organization=self.get_organization(),
            name=data.pop("name"),
            roles=roles,
            created_by=self.principal,
            expires_at=data.pop("expires_at"),
            settings=ProviderSettings.of(**data),
        )
        return Response(IssuedTokenOutput(issued).data, status=201)
