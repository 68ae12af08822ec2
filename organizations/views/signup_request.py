import uuid

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.api import Answer, no_content
from accounts.inputs import InputSerializer
from accounts.openapi import PAGE_PARAMETERS, operation, page_of
from accounts.pagination import paginate
from config.exceptions import DomainError
from organizations.models import SignupRequest
from organizations.permissions import Permission
from organizations.serializers.signup_request import DenyInput, SignupRequestOutput
from organizations.services.signup_request import (
    SignupAlreadyResolved,
    SignupRequestNotFound,
    approve_signup,
    deny_signup,
    get_request_in,
    reopen_signup,
)
from organizations.views.base import OrganizationView

ALL = "all"


class InvalidStatus(DomainError):
    error = "invalid status"
    code = "invalid_status"


class SignupRequestListView(OrganizationView):
    needs = {"GET": Permission.ORG_MEMBERS_MANAGE}

    @operation(
        "listSignupRequests",
        "Sign-up requests, oldest first; pending ones by default",
        answer=page_of("signup_requests", SignupRequestOutput),
        query=[
            *PAGE_PARAMETERS,
            OpenApiParameter("status", str, enum=[*SignupRequest.Status.values, ALL]),
        ],
        errors=[InvalidStatus],
    )
    def get(self, request: Request, organization_id: uuid.UUID) -> Answer:
        status = request.query_params.get("status", SignupRequest.Status.PENDING)
        if status not in {*SignupRequest.Status.values, ALL}:
            raise InvalidStatus
        requests = SignupRequest.objects.filter(organization_id=organization_id)
        if status != ALL:
            requests = requests.filter(status=status)
        rows, page = paginate(request, requests.select_related("user").oldest_first())
        return Answer({"signup_requests": SignupRequestOutput(rows, many=True).data, **page})


RESOLVE_ERRORS = (SignupRequestNotFound, SignupAlreadyResolved)


class ApproveView(OrganizationView):
    needs = {"POST": Permission.ORG_MEMBERS_MANAGE}

    @operation("approveSignup", "Let the applicant in", status=204, errors=RESOLVE_ERRORS)
    def post(self, request: Request, **ids: uuid.UUID) -> Answer:
        self.read(InputSerializer, is_optional=True)
        approve_signup(request_id=get_request_in(**ids).pk, by=self.actor)
        return no_content()


class DenyView(OrganizationView):
    needs = {"POST": Permission.ORG_MEMBERS_MANAGE}

    @operation(
        "denySignup",
        "Turn the applicant away",
        body=DenyInput,
        status=204,
        errors=RESOLVE_ERRORS,
        example={"reason": "Nobody knows them", "notify": False},
    )
    def post(self, request: Request, **ids: uuid.UUID) -> Answer:
        said = self.read(DenyInput, is_optional=True)
        deny_signup(
            request_id=get_request_in(**ids).pk,
            by=self.actor,
            reason=said["reason"] or "",
            is_notified=said["notify"],
        )
        return no_content()


class ReopenView(OrganizationView):
    needs = {"POST": Permission.ORG_MEMBERS_MANAGE}

    @operation("reopenSignup", "Put a denied request back", status=204, errors=RESOLVE_ERRORS)
    def post(self, request: Request, **ids: uuid.UUID) -> Answer:
        self.read(InputSerializer, is_optional=True)
        reopen_signup(request_id=get_request_in(**ids).pk, by=self.actor)
        return no_content()
