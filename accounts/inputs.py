"""Input serializers and the fields they are made of."""

import unicodedata
import uuid
from typing import Any, ClassVar, Never

from rest_framework import serializers

from accounts.emails import parse_email
from config.exceptions import DomainError, validation_failed

_MISSING = {"required", "blank", "null"}
MAX_IDS = 200
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}
# They can make "gro.live@nna" read as an address of somebody else (Unicode TR 36 §3.2).
_DIRECTION_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class NameMissing(DomainError):
    """What is created or renamed needs a name."""

    error = "name required"
    code = "name_required"


class InputSerializer(serializers.Serializer[Any]):
    """The input of one call. `incomplete` is the contract's answer when one of the `essential`
    fields is missing or empty."""

    essential: ClassVar[tuple[str, ...]] = ()
    incomplete: ClassVar[type[DomainError] | None] = None

    def refuse(self) -> Never:
        """Raise the error for what is wrong with this input."""
        failure = validation_failed(serializers.ValidationError(self.errors))
        fields = failure.fields or {}
        problems = {code for name in self.essential for code in fields.get(name, ())}
        if self.incomplete is not None and problems & _MISSING:
            raise self.incomplete(fields=fields)
        raise failure


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
        if any(unicodedata.category(letter) in _UNPRINTABLE for letter in text):
            self.fail("unprintable")
        if _DIRECTION_OVERRIDES & set(text):
            self.fail("unprintable")
        return text


class FlagField(serializers.BooleanField):
    """true or false; neither 1 nor "yes"."""

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class IdListField(serializers.ListField):
    """Ids of things; `unknown` is the answer to one that cannot be an id."""

    def __init__(self, *, unknown: type[DomainError], **kwargs: Any) -> None:
        self._unknown = unknown
        super().__init__(child=TextField(), max_length=MAX_IDS, **kwargs)

    def to_internal_value(self, data: Any) -> list[uuid.UUID]:
        try:
            return [uuid.UUID(text) for text in super().to_internal_value(data)]
        except ValueError as error:
            codes = {str(self.field_name): ["does_not_exist"]}
            raise self._unknown(fields=codes) from error


class EmailField(TextField):
    """An e-mail address, in the form that is stored."""

    def to_internal_value(self, data: object) -> str:
        return parse_email(super().to_internal_value(data)).address


class SecretField(TextField):
    """A password or a token: taken exactly as received, and never sent back."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, write_only=True, **kwargs)
