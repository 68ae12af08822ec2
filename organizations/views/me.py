from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.api import Answer, ApiView, ThrottledView, no_content
from accounts.openapi import operation
from accounts.permissions import HumanOnly
from accounts.serializers import PasswordChangeInput, PasswordsMissing
from accounts.services.password import WrongPassword, change_password
from accounts.services.users import rename_user
from config.exceptions import Forbidden, TooManyRequests
from organizations.queries import signup_request_of
from organizations.serializers.me import Me, MeInput, MeOutput


class OwnPasswordView(ThrottledView):
    permission_classes = (IsAuthenticated, HumanOnly)

    @operation(
        "changePassword",
        "Change the password and end the other sessions",
        body=PasswordChangeInput,
        status=204,
        errors=[PasswordsMissing, WrongPassword, Forbidden, TooManyRequests],
        example={
            "current_password": "correct horse battery staple",
            "new_password": "a new horse and battery",
        },
    )
    def post(self, request: Request) -> Answer:
        data = self.read(PasswordChangeInput)
        change_password(
            user=self.principal,
            current_password=data["current_password"],
            new_password=data["new_password"],
            by=self.actor,
        )
        return no_content()


class MeView(ApiView):
    @operation("getMe", "The caller", answer=MeOutput)
    def get(self, request: Request) -> Answer:
        return self._answer()

    @operation(
        "updateMe",
        "Change the caller's display name",
        body=MeInput,
        answer=MeOutput,
        example={"display_name": "Olivia"},
    )
    def patch(self, request: Request) -> Answer:
        data = self.read(MeInput)
        if "display_name" in data:
            rename_user(user=self.principal, display_name=data["display_name"], by=self.actor)
        return self._answer()

    def _answer(self) -> Answer:
        user = self.principal
        signup_request = signup_request_of.first(user_id=user.pk)
        return Answer(MeOutput.of(Me(user, self.credential.service_account, signup_request)))
