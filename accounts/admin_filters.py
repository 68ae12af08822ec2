"""Filters of the admin's lists that link one page to another."""

import uuid
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest


class OwnerFilter(admin.SimpleListFilter):
    """The rows of one owner. A link on the owner's page chooses it; here it is only taken off."""

    owners: ClassVar[type[Model]]

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """The one that is chosen, which makes the filter show; of an unknown one, no name."""
        if self.value() is None:
            return []
        owner = self.owners_of(request).filter(pk=self._owner_id).first()
        return [(str(self.value()), str(owner) if owner else "unknown")]

    def owners_of(self, request: HttpRequest) -> QuerySet[Any]:
        """Those whose names the user may see here."""
        return self.owners._default_manager.all()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        owner_id = self._owner_id
        mine = queryset.filter(**{str(self.parameter_name): owner_id})
        return mine if owner_id else queryset.none()

    @property
    def _owner_id(self) -> uuid.UUID | None:
        try:
            return uuid.UUID(self.value())
        except ValueError:
            return None
