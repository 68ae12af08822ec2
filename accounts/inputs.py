"""Input serializers and the fields they are made of."""

import datetime as dt
import re
import unicodedata
import uuid
from functools import cache
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.emails import parse_email
from config.exceptions import DomainError, validation_failed

_MISSING = {"required", "blank", "null"}
MAX_IDS = 200
# RFC 3339 §5.6; what Python reads besides (week dates, no separators) is not in the contract.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}
# They can make "gro.live@nna" read as an address of somebody else (Unicode TR 36 §3.2).
_DIRECTION_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters by category, blanks to the eye (Hangul fillers, the empty Braille pattern).
_FILLERS = set("\u115f\u1160\u2800\u3164\uffa0")


class NameMissing(DomainError):
    """What is created or renamed needs a name."""

    error = "name required"
    code = "name_required"


class InputSerializer(serializers.Serializer[Any]):
    """The input of one call. `incomplete` is the contract's answer when one of the `essential`
    fields is missing or empty.

    It keeps no state, so that one instance a class serves all requests (REST framework copies the
    fields of each that is made): call `read`; make none.
    """

    essential: ClassVar[tuple[str, ...]] = ()
    incomplete: ClassVar[type[DomainError] | None] = None

    @classmethod
    def read(cls, data: object) -> Any:
        """The validated values. Raises `incomplete`, ValidationFailed or a field's own refusal."""
        try:
            return _shared(cls).run_validation(data)
        except serializers.ValidationError as error:
            raise cls._refusal(error) from error

    @classmethod
    def _refusal(cls, error: serializers.ValidationError) -> DomainError:
        failure = validation_failed(error)
        fields = failure.fields or {}
        problems = {code for name in cls.essential for code in fields.get(name, ())}
        if cls.incomplete is not None and problems & _MISSING:
            return cls.incomplete(fields=fields)
        return failure


@cache
def _shared(kind: type[InputSerializer]) -> InputSerializer:
    return kind()


class TextField(serializers.CharField):
    """A JSON string, trimmed; a number or a boolean is no string."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class NameField(TextField):
    """One line of text for people: no control characters, no reversed reading direction."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unprintable": "This text holds characters that cannot be shown on one line."
    }

    def to_internal_value(self, data: object) -> str:
        text = super().to_internal_value(data)
        categories = {unicodedata.category(letter) for letter in text}
        if categories & _UNPRINTABLE or _DIRECTION_OVERRIDES & set(text):
            self.fail("unprintable")
        if text and all(_is_invisible(letter) for letter in text):
            self.fail("unprintable")
        return text


class MomentField(serializers.DateTimeField):
    """A time with its zone, as RFC 3339 writes it."""

    def to_internal_value(self, value: Any) -> dt.datetime:
        text = value.strip().upper() if isinstance(value, str) else ""
        if not _MOMENT.fullmatch(text):
            self.fail("invalid", format="2030-01-31T12:00:00Z")
        return super().to_internal_value(text)


class FlagField(serializers.BooleanField):
    """true or false; neither 1 nor "yes"."""

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class BoundedListField(serializers.ListField):
    """A list whose length is checked before its elements are."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            message = f"Ensure this field has no more than {self.max_length} elements."
            raise serializers.ValidationError(message, code="max_length")
        return super().to_internal_value(data)


@extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
class IdListField(serializers.Field[list[uuid.UUID], Any, list[str], Any]):
    """Ids of things; `unknown` is the answer to whatever cannot be one."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "not_a_list": "Expected a list of ids.",
        "max_length": f"Ensure this field has no more than {MAX_IDS} elements.",
    }

    def __init__(self, *, unknown: type[DomainError], **kwargs: Any) -> None:
        self._unknown = unknown
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> list[uuid.UUID]:
        if not isinstance(data, list):
            self.fail("not_a_list")
        if len(data) > MAX_IDS:
            self.fail("max_length")
        try:
            return [_parse_id(element) for element in data]
        except ValueError as error:
            codes = {str(self.field_name): ["does_not_exist"]}
            raise self._unknown(fields=codes) from error

    def to_representation(self, value: list[uuid.UUID]) -> list[str]:
        return [str(element) for element in value]


class IdField(serializers.UUIDField):
    """The id of a thing; a number is none."""

    def to_internal_value(self, data: object) -> uuid.UUID:
        try:
            return _parse_id(data)
        except ValueError:
            self.fail("invalid", value=data)


class EmailField(TextField):
    """An e-mail address, in the form that is stored."""

    def to_internal_value(self, data: object) -> str:
        return parse_email(super().to_internal_value(data)).address


class SecretField(TextField):
    """A password or a token: taken exactly as received, and never sent back."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, write_only=True, **kwargs)


def _is_invisible(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cf", "Zs", "Mn"} or letter in _FILLERS


def _parse_id(element: object) -> uuid.UUID:
    if not isinstance(element, str):
        raise ValueError("an id is a string")
    return uuid.UUID(element.strip())
