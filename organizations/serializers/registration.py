from accounts.inputs import EmailField, InputSerializer, NameField, SecretField
from accounts.models import MAX_NAME_LENGTH
from organizations.serializers.organization import PublicUrlField
from organizations.services.registration import CredentialsIncomplete


class RegisterInput(InputSerializer):
    """A form may send all of its fields: what is null or empty is not given."""

    essential = ("email", "password")
    incomplete = CredentialsIncomplete

    email = EmailField()
    password = SecretField()
    name = NameField(max_length=MAX_NAME_LENGTH, default="", allow_blank=True, allow_null=True)
    organization_name = NameField(
        max_length=MAX_NAME_LENGTH, default="", allow_blank=True, allow_null=True
    )
    intended_public_url = PublicUrlField(default="")
    invite_token = SecretField(default="", allow_blank=True, allow_null=True)
