import uuid

from django.utils import timezone
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.api import Answer, ApiView, ThrottledView, no_content
from accounts.openapi import PAGE_PARAMETERS, operation, page_of
from accounts.pagination import paginate
from accounts.permissions import HumanOnly
from config.exceptions import Forbidden, TooManyRequests
from organizations.models import Invite
from organizations.permissions import Permission
from organizations.serializers.invite import (
    AcceptedInviteOutput,
    CreatedInviteOutput,
    InviteInput,
    InviteOutput,
)
from organizations.services.invite import (
    InviteNotForThisUser,
    InviteNotFound,
    accept_invite,
    create_invite,
    revoke_invite,
)
from organizations.views.base import OrganizationView


class InviteListView(ThrottledView, OrganizationView):
    needs = {"GET": Permission.ORG_MEMBERS_MANAGE, "POST": Permission.ORG_MEMBERS_MANAGE}
    human_only = frozenset({"POST"})

    @operation(
        "listInvites",
        "Invites that still work, without their tokens",
        answer=page_of("invites", InviteOutput),
        query=PAGE_PARAMETERS,
    )
    def get(self, request: Request, organization_id: uuid.UUID) -> Answer:
        usable = Invite.objects.usable(timezone.now()).filter(organization_id=organization_id)
        invites, page = paginate(request, usable.newest_first())
        return Answer({"invites": InviteOutput(invites, many=True).data, **page})

    @operation(
        "createInvite",
        "Invite somebody for 7 days; the token is shown this once",
        body=InviteInput,
        answer=CreatedInviteOutput,
        status=201,
        errors=[TooManyRequests],
        example={"email": "mia@acme.example"},
    )
    def post(self, request: Request, organization_id: uuid.UUID) -> Answer:
        data = self.read(InviteInput, is_optional=True)
        issued = create_invite(access=self.access, email=data["email"] or "", by=self.actor)
        body = {"invite": InviteOutput(issued.invite).data, "token": issued.raw_token}
        return Answer(body, status=201)


class InviteView(OrganizationView):
    needs = {"DELETE": Permission.ORG_MEMBERS_MANAGE}
    human_only = frozenset({"DELETE"})

    @operation("revokeInvite", "Make an invite useless", status=204, errors=[InviteNotFound])
    def delete(self, request: Request, organization_id: uuid.UUID, invite_id: uuid.UUID) -> Answer:
        revoke_invite(organization_id=organization_id, invite_id=invite_id, by=self.actor)
        return no_content()


class AcceptInviteView(ApiView):
    permission_classes = (IsAuthenticated, HumanOnly)

    @operation(
        "acceptInvite",
        "Join the organization of an invite",
        answer=AcceptedInviteOutput,
        errors=[InviteNotFound, InviteNotForThisUser, Forbidden],
    )
    def post(self, request: Request, token: str) -> Answer:
        organization_id = accept_invite(user=self.principal, raw_token=token, by=self.actor)
        return Answer({"ok": True, "organization_id": organization_id})
