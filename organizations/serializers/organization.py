from typing import Any
from urllib.parse import urlsplit

from rest_framework import serializers

from accounts.inputs import FlagField, InputSerializer, NameField, NameMissing, TextField
from accounts.models import MAX_NAME_LENGTH
from accounts.outputs import MomentField, OutputSerializer
from config.exceptions import DomainError
from organizations.models.organization import MAX_URL_LENGTH


class PublicUrlInvalid(DomainError):
    error = "intended_public_url must be an http(s) URL"
    code = "intended_public_url_invalid"


class PublicUrlTooLong(DomainError):
    error = "intended_public_url too long"
    code = "intended_public_url_too_long"


class PublicUrlField(TextField):
    """An http(s) URL; null and the empty string stand for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, allow_blank=True, **kwargs)

    def to_internal_value(self, data: object) -> str:
        url = super().to_internal_value(data)
        if len(url) > MAX_URL_LENGTH:
            raise PublicUrlTooLong(fields={"intended_public_url": ["max_length"]})
        if url and not _is_http_url(url):
            raise PublicUrlInvalid(fields={"intended_public_url": ["invalid"]})
        return url


class OrganizationOutput(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    open_signups_enabled = serializers.BooleanField()
    intended_public_url = serializers.CharField(allow_null=True)
    created_at = MomentField()


class OrganizationInput(InputSerializer):
    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_NAME_LENGTH)


class OrganizationChangeInput(InputSerializer):
    """Absent leaves as it is; a null URL clears it."""

    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_NAME_LENGTH, required=False)
    intended_public_url = PublicUrlField(required=False)

    def validate_intended_public_url(self, url: str | None) -> str | None:
        return url or None


class FeaturesInput(InputSerializer):
    open_signups_enabled = FlagField(required=False)


class FeaturesOutput(OutputSerializer):
    open_signups_enabled = serializers.BooleanField()


def _is_http_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_plain = text.isprintable() and " " not in text and parts.port != 0
    except ValueError:
        return False
    return is_plain and parts.scheme in {"http", "https"} and bool(parts.hostname)
