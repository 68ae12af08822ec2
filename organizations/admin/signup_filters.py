"""What narrows the queue and the list of users: the status, and links from a request's page."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_filters import OwnerFilter
from accounts.admin_found import MAX_FOUND
from accounts.models import User
from organizations.admin.signup_facts import COLLEAGUES_OF, colleagues_of
from organizations.models import SignupRequest

ALL = "all"


def status_of(request: HttpRequest) -> str | None:
    """The status that the list shows; None for all of them."""
    asked = request.GET.get("status")
    if asked == ALL:
        return None
    return asked if asked in SignupRequest.Status.values else SignupRequest.Status.PENDING


class StatusFilter(admin.SimpleListFilter):
    """Opens on what waits; everything else is one click away."""

    title = "status"
    parameter_name = "status"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        return [("approved", "Approved"), ("denied", "Denied"), (ALL, "All")]

    def choices(self, changelist: ChangeList) -> "Iterator[Any]":
        first, *others = super().choices(changelist)
        yield {**first, "display": "Pending"}
        yield from others

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SignupRequest]
    ) -> QuerySet[SignupRequest]:
        status = status_of(request)
        return queryset.filter(status=status) if status else queryset


class NarrowFilter(admin.SimpleListFilter):
    """Has no choices of its own: a link brings the value, and one click leaves it out again. Shows
    1,000 rows at most, which are found by an index before anything is sorted."""

    template = "admin/organizations/signuprequest/narrow_filter.html"
    words: ClassVar[str]

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        return []

    def has_output(self) -> bool:
        return bool(self.value())

    def choices(self, changelist: ChangeList) -> "Iterator[Any]":
        rest = changelist.get_query_string(remove=[str(self.parameter_name)])
        yield {"selected": True, "display": f"{self.words} {self.value()}", "query_string": rest}


class DomainFilter(NarrowFilter):
    title = parameter_name = "domain"
    words = "with an address at"

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SignupRequest]
    ) -> QuerySet[SignupRequest]:
        users, status = User.objects.of_domain(str(self.value())), status_of(request)
        if status:
            users = users.filter(signup_status=status).order_by("pk")  # as the index has them
        return queryset.filter(user__in=users.values("pk")[:MAX_FOUND])


class NetworkFilter(NarrowFilter):
    title = parameter_name = "network"
    words = "from the network"

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SignupRequest]
    ) -> QuerySet[SignupRequest]:
        near, status = SignupRequest.objects.filter(network=self.value()), status_of(request)
        if status:
            near = near.filter(status=status).order_by("created_at")  # as the index has them
        return queryset.filter(pk__in=near.values("pk")[:MAX_FOUND])


class ColleaguesFilter(OwnerFilter):
    """Of the users, the members whom the page of a request counts at the applicant's domain."""

    title = "members at the domain of"
    parameter_name = COLLEAGUES_OF
    owners = SignupRequest

    def owners_of(self, request: HttpRequest) -> QuerySet[Any]:
        return super().owners_of(request).select_related("user")

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        one = self.owners_of(request).filter(pk=self._owner_id).first()
        return queryset.filter(pk__in=colleagues_of(one)) if one else queryset.none()
