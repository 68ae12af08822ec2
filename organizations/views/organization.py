import uuid

from rest_framework import serializers
from rest_framework.request import Request

from accounts.api import Answer, ApiView
from accounts.inputs import NameMissing
from accounts.openapi import PAGE_PARAMETERS, operation, page_of, wrapped
from accounts.pagination import paginate_compiled
from config.exceptions import Forbidden
from organizations.models import Organization
from organizations.permissions import Permission
from organizations.queries import organizations_of
from organizations.serializers.organization import (
    FeaturesInput,
    FeaturesOutput,
    OrganizationChangeInput,
    OrganizationInput,
    OrganizationOutput,
    PublicUrlInvalid,
    PublicUrlTooLong,
)
from organizations.services.organization import (
    SingleOrganizationExists,
    can_create_organization,
    change_organization,
    create_organization,
    require_creator,
)
from organizations.views.base import OrganizationView


class OrganizationListView(ApiView):
    @operation(
        "listOrganizations",
        "The caller's organizations",
        answer=page_of(
            "organizations", OrganizationOutput, can_create_organization=serializers.BooleanField()
        ),
        query=PAGE_PARAMETERS,
    )
    def get(self, request: Request) -> Answer:
        user = self.principal
        organizations, page = paginate_compiled(request, organizations_of, user_id=user.pk)
        may_create = can_create_organization(user=user, has_organization=bool(organizations))
        return Answer(
            {
                "organizations": OrganizationOutput.each(organizations),
                "can_create_organization": may_create,
                **page,
            }
        )

    @operation(
        "createOrganization",
        "Create an organization and own it",
        body=OrganizationInput,
        answer=OrganizationOutput,
        status=201,
        errors=[NameMissing, SingleOrganizationExists, Forbidden],
        example={"name": "Acme"},
    )
    def post(self, request: Request) -> Answer:
        require_creator(user=self.principal)
        data = self.read(OrganizationInput)
        organization = create_organization(name=data["name"], creator=self.principal, by=self.actor)
        return Answer(OrganizationOutput.of(organization), status=201)


class OrganizationDetailView(OrganizationView):
    needs = {"GET": None, "PATCH": Permission.ORG_MANAGE}

    @operation("getOrganization", "One organization", answer=OrganizationOutput)
    def get(self, request: Request, organization_id: uuid.UUID) -> Answer:
        return Answer(OrganizationOutput.of(self.get_organization()))

    @operation(
        "updateOrganization",
        "Change an organization",
        body=OrganizationChangeInput,
        answer=OrganizationOutput,
        errors=[NameMissing, PublicUrlInvalid, PublicUrlTooLong],
        example={"name": "Acme", "intended_public_url": "https://work.acme.example"},
    )
    def patch(self, request: Request, organization_id: uuid.UUID) -> Answer:
        changed = self.read(OrganizationChangeInput)
        organization = self.get_organization()
        change_organization(organization=organization, changed=changed, by=self.actor)
        return Answer(OrganizationOutput.of(organization))


class FeaturesView(OrganizationView):
    needs = {"GET": None, "PATCH": Permission.ORG_MANAGE}

    @operation("getFeatures", "What is switched on", answer=wrapped("features", FeaturesOutput))
    def get(self, request: Request, organization_id: uuid.UUID) -> Answer:
        return self._answer(self.get_organization())

    @operation(
        "updateFeatures",
        "Open or close sign-ups",
        body=FeaturesInput,
        answer=wrapped("features", FeaturesOutput),
        example={"open_signups_enabled": False},
    )
    def patch(self, request: Request, organization_id: uuid.UUID) -> Answer:
        changed = self.read(FeaturesInput)
        organization = self.get_organization()
        change_organization(organization=organization, changed=changed, by=self.actor)
        return self._answer(organization)

    def _answer(self, organization: Organization) -> Answer:
        return Answer({"features": FeaturesOutput.of(organization)})
