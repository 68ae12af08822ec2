"""The base of what calls answer with."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

from rest_framework import serializers


class OutputSerializer(serializers.Serializer[Any]):
    """An answer, or a part of one, that needs nothing but the object it shows.

    A serializer copies its fields each time it is made, and works out anew how each is read. These
    keep no state: one instance a class serves all requests. Call `of` and `each`; make none.
    """

    @classmethod
    def of(cls, instance: object) -> dict[str, Any]:
        """What is shown of the object."""
        return _shared(cls).to_representation(instance)

    @classmethod
    def each(cls, instances: Iterable[object]) -> list[dict[str, Any]]:
        """What is shown of each of them."""
        show = _shared(cls).to_representation
        return [show(instance) for instance in instances]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {
            name: None if (value := read(instance)) is None else show(value)
            for name, read, show in self._readers
        }

    @cached_property
    def _readers(self) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]:
        return [
            (name, _reader_of(field.source or name), field.to_representation)
            for name, field in self.fields.items()
        ]


class MomentField(serializers.DateTimeField):
    """A time as it comes from the database, in RFC 3339."""

    def to_representation(self, value: dt.datetime) -> str:
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _reader_of(source: str) -> Callable[[Any], Any]:
    """What gets the value of a field; a method of the serializer is given the object itself."""
    return (lambda instance: instance) if source == "*" else attrgetter(source)


@cache
def _shared(kind: type[OutputSerializer]) -> OutputSerializer:
    return kind()
