import uuid

from rest_framework.request import Request

from accounts.api import Answer, no_content
from accounts.inputs import NameMissing
from accounts.openapi import PAGE_PARAMETERS, operation, page_of, wrapped
from accounts.pagination import paginate
from organizations.permissions import Permission
from organizations.services.membership import (
    ServiceAccountsCannotBeOwners,
    UnknownRole,
    get_roles,
    require_grantable,
)
from organizations.views.base import OrganizationView
from service_accounts.models import ServiceAccount
from service_accounts.serializers import (
    CreatedAccountOutput,
    ServiceAccountChangeInput,
    ServiceAccountInput,
    ServiceAccountOutput,
    UnknownProvider,
)
from service_accounts.services.account import (
    OpenrouterModelMissing,
    ProviderSettings,
    ServiceAccountNameTaken,
    change_service_account,
    create_service_account,
    delete_service_account,
    get_service_account,
)
from service_accounts.services.token import ExpiryInThePast, ServiceAccountNotFound

MANAGE = Permission.ORG_MEMBERS_MANAGE
EVERY_METHOD = frozenset({"GET", "POST", "PATCH", "DELETE"})


class ServiceAccountListView(OrganizationView):
    needs = {"GET": MANAGE, "POST": MANAGE}
    human_only = EVERY_METHOD

    @operation(
        "listServiceAccounts",
        "Service accounts, newest first",
        answer=page_of("service_accounts", ServiceAccountOutput),
        query=PAGE_PARAMETERS,
    )
    def get(self, request: Request, organization_id: uuid.UUID) -> Answer:
        in_organization = ServiceAccount.objects.filter(organization_id=organization_id)
        accounts, page = paginate(request, in_organization.newest_first())
        body = ServiceAccountOutput(accounts, many=True).data
        return Answer({"service_accounts": body, **page})

    @operation(
        "createServiceAccount",
        "Create a service account; its token is shown this once",
        body=ServiceAccountInput,
        answer=CreatedAccountOutput,
        status=201,
        errors=[
            NameMissing,
            UnknownProvider,
            UnknownRole,
            ServiceAccountsCannotBeOwners,
            ExpiryInThePast,
            ServiceAccountNameTaken,
        ],
        example={"name": "Release bot", "role_ids": ["$role_id"]},
    )
    def post(self, request: Request, organization_id: uuid.UUID) -> Answer:
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
            by=self.actor,
        )
        return Answer(CreatedAccountOutput(issued).data, status=201)


class ServiceAccountView(OrganizationView):
    needs = {"GET": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}
    human_only = EVERY_METHOD

    @operation(
        "getServiceAccount",
        "One service account",
        answer=wrapped("service_account", ServiceAccountOutput),
        errors=[ServiceAccountNotFound],
    )
    def get(self, request: Request, organization_id: uuid.UUID, account_id: uuid.UUID) -> Answer:
        return self._answer(self._account())

    @operation(
        "updateServiceAccount",
        "Change a service account; disabling is reversible",
        body=ServiceAccountChangeInput,
        answer=wrapped("service_account", ServiceAccountOutput),
        errors=[
            NameMissing,
            UnknownProvider,
            OpenrouterModelMissing,
            ServiceAccountNotFound,
            ServiceAccountNameTaken,
        ],
        example={"is_active": False},
    )
    def patch(self, request: Request, organization_id: uuid.UUID, account_id: uuid.UUID) -> Answer:
        changed = self.read(ServiceAccountChangeInput)
        account = self._account()
        change_service_account(account=account, changed=changed, by=self.actor)
        return self._answer(account)

    @operation(
        "deleteServiceAccount",
        "Delete a service account; its tokens are dead at once",
        status=204,
        errors=[ServiceAccountNotFound],
    )
    def delete(self, request: Request, organization_id: uuid.UUID, account_id: uuid.UUID) -> Answer:
        delete_service_account(account=self._account(), by=self.actor)
        return no_content()

    def _account(self) -> ServiceAccount:
        return get_service_account(**self.kwargs)

    def _answer(self, account: ServiceAccount) -> Answer:
        return Answer({"service_account": ServiceAccountOutput(account).data})
