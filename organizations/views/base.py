"""The base of everything under /organizations/{organization_id}."""

import uuid
from collections.abc import Mapping
from typing import ClassVar

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.api import ApiView
from config.exceptions import Forbidden
from organizations.access import Access, NotAMember, find_access
from organizations.models import Organization
from organizations.permissions import Permission


class OrganizationView(ApiView):
    """Checks in the contract's order: credential, membership, permission; then the body.

    `needs` names the permission for each method (None: membership is enough); a service account
    is refused where the method is one of `human_only`.
    """

    permission_classes = (IsAuthenticated,)
    needs: ClassVar[Mapping[str, Permission | None]]
    human_only: ClassVar[frozenset[str]] = frozenset()

    access: Access

    def check_permissions(self, request: Request) -> None:
        """Raises NotAuthenticated, NotAMember or Forbidden; sets `access`."""
        super().check_permissions(request)
        organization_id: uuid.UUID = self.kwargs["organization_id"]
        access = find_access(user=self.principal, organization_id=organization_id)
        if access is None:
            raise NotAMember
        method = "GET" if request.method == "HEAD" else request.method or ""
        if method in self.human_only and not self.principal.is_human:
            raise Forbidden
        if needed := self.needs.get(method):
            access.require(needed)
        self.access = access

    def get_organization(self) -> Organization:
        """The organization; membership was checked, so it exists unless it was just deleted."""
        organization = Organization.objects.filter(pk=self.access.organization_id).first()
        if organization is None:
            raise NotAMember
        return organization
