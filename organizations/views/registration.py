from rest_framework.request import Request

from accounts.api import Answer, PublicView, ThrottledView
from accounts.openapi import operation
from accounts.serializers import TokenPairOutput
from config.exceptions import TooManyRequests
from organizations.serializers.organization import PublicUrlInvalid, PublicUrlTooLong
from organizations.serializers.registration import RegisterInput
from organizations.services.invite import InviteNotForThisUser, InviteNotFound
from organizations.services.registration import (
    CredentialsIncomplete,
    EmailTaken,
    OrganizationNameMissing,
    SignupsDisabled,
    register,
)


class RegisterView(ThrottledView, PublicView):
    @operation(
        "register",
        "Create an account and log it in",
        body=RegisterInput,
        answer=TokenPairOutput,
        status=201,
        errors=[
            CredentialsIncomplete,
            OrganizationNameMissing,
            PublicUrlInvalid,
            PublicUrlTooLong,
            SignupsDisabled,
            EmailTaken,
            InviteNotFound,
            InviteNotForThisUser,
            TooManyRequests,
        ],
        example={
            "email": "olivia@acme.example",
            "password": "correct horse battery staple",
            "organization_name": "Acme",
        },
    )
    def post(self, request: Request) -> Answer:
        data = self.read(RegisterInput)
        pair = register(
            email=data["email"],
            password=data["password"],
            display_name=data["name"] or "",
            organization_name=data["organization_name"] or "",
            intended_public_url=data["intended_public_url"] or None,
            invite_token=data["invite_token"] or "",
            by=self.actor,
        )
        return Answer(TokenPairOutput.of(pair), status=201)
