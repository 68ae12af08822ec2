"""The control for what people of a team contest: the product's calls, each with a look before a
leap in the place of the one conditional update. Whoever may call them is asked as ever.
"""

import datetime as dt
import uuid
from functools import partial
from typing import Any, cast

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView, PublicView, no_content
from accounts.audit import Action, record
from accounts.mail import send_after_commit
from accounts.models import PasswordReset
from accounts.passwords import hash_password
from accounts.services.password import InvalidResetToken
from accounts.tokens import digest
from organizations import emails
from organizations.models import MemberRole, SignupRequest
from organizations.permissions import Permission
from organizations.services.invite import get_usable_invite
from organizations.services.membership import LastOwner, add_member, get_membership
from organizations.services.signup_request import SignupAlreadyResolved
from organizations.views.base import OrganizationView
from service_accounts.models import ServiceAccountToken
from service_accounts.services.token import TokenReplaced, issue_token


class DecisionView(OrganizationView):
    """Looks whether the request is pending, then saves what was decided."""

    needs = {"POST": Permission.ORG_MEMBERS_MANAGE}
    action = Action.SIGNUP_APPROVED

    def post(
        self, request: Request, organization_id: uuid.UUID, request_id: uuid.UUID
    ) -> HttpResponse:
        found = SignupRequest.objects.select_related("user", "organization").get(pk=request_id)
        if found.status != SignupRequest.Status.PENDING:
            raise SignupAlreadyResolved(found)
        found.status = found.user.signup_status = self.action.removeprefix("signup.")
        found.resolved_at, found.resolved_by = timezone.now(), self.principal
        found.save()
        found.user.save(update_fields=["signup_status"])
        record(self.action, by=self.actor, target=found)
        is_approved = self.action == Action.SIGNUP_APPROVED
        tell = emails.tell_approved if is_approved else emails.tell_denied
        send_after_commit("decision", partial(tell, found))
        return no_content()


class AcceptInviteView(ApiView):
    """Looks whether the invite is usable, then marks it."""

    def post(self, request: Request, token: str) -> HttpResponse:
        invite = get_usable_invite(raw_token=token, address_key=self.principal.email_key)
        invite.accepted_at, invite.accepted_by = timezone.now(), self.principal
        invite.save()
        add_member(organization_id=invite.organization_id, user=self.principal, by=self.actor)
        return Response({"ok": True, "organization_id": invite.organization_id})


class MemberRolesView(OrganizationView):
    """Looks whether there is another owner, then takes the roles away."""

    needs = {"PUT": Permission.ORG_MEMBERS_MANAGE}

    def put(self, request: Request, organization_id: uuid.UUID, user_id: uuid.UUID) -> HttpResponse:
        membership = get_membership(organization_id=organization_id, user_id=user_id)
        owners = MemberRole.objects.filter(role__is_system=True)
        role_ids = _body(request)["role_ids"]
        if not role_ids and not owners.exclude(membership=membership).exists():
            raise LastOwner
        MemberRole.objects.filter(membership=membership).delete()
        MemberRole.objects.bulk_create(
            [MemberRole(membership=membership, role_id=role_id) for role_id in role_ids]
        )
        return Response({"ok": True})


class RotateView(OrganizationView):
    """Looks whether the token has a successor, then makes one."""

    needs = {"POST": Permission.ORG_MEMBERS_MANAGE}

    def post(self, request: Request, token_id: uuid.UUID, **ids: uuid.UUID) -> HttpResponse:
        token = ServiceAccountToken.objects.select_related("service_account").get(pk=token_id)
        if token.rotated_at is not None:
            raise TokenReplaced
        token.rotated_at = timezone.now()
        token.expires_at = token.rotated_at + dt.timedelta(hours=1)
        token.save()
        issued = issue_token(account=token.service_account, expires_at=None, by=self.actor)
        return Response({"token": issued.raw}, 201)


class ResetPasswordView(PublicView):
    """Looks whether the link was used, then marks it."""

    def post(self, request: Request) -> HttpResponse:
        body = _body(request)
        usable = PasswordReset.objects.usable(timezone.now()).select_related("user")
        reset = usable.filter(digest=digest(body["token"])).first()
        if reset is None or reset.user is None:
            raise InvalidResetToken
        reset.user.password = hash_password(body["new_password"])
        reset.user.save(update_fields=["password"])
        reset.used_at = timezone.now()
        reset.save()
        return no_content()


def _body(request: Request) -> dict[str, Any]:
    return cast("dict[str, Any]", request.data)


HOME = "organizations/<uuid:organization_id>"
REQUEST = f"{HOME}/signup-requests/<uuid:request_id>"
urlpatterns = [
    path(f"{REQUEST}/approve", DecisionView.as_view(action=Action.SIGNUP_APPROVED)),
    path(f"{REQUEST}/deny", DecisionView.as_view(action=Action.SIGNUP_DENIED)),
    path("invites/<str:token>/accept", AcceptInviteView.as_view()),
    path(f"{HOME}/members/<uuid:user_id>/roles", MemberRolesView.as_view()),
    path(
        f"{HOME}/service-accounts/<uuid:account_id>/tokens/<uuid:token_id>/rotate",
        RotateView.as_view(),
    ),
    path("auth/password/reset", ResetPasswordView.as_view()),
]
