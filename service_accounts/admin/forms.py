"""What staff say when a token is made."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from accounts.admin_base import clean_with
from accounts.inputs import NameField
from organizations.models import Role
from organizations.permissions import permissions_in_words
from service_accounts.admin.minting import MintForm
from service_accounts.models import MAX_SERVICE_ACCOUNT_NAME_LENGTH

LIFETIMES = {"": "Never", "30": "In 30 days", "90": "In 90 days", "365": "In a year"}
OVERLAPS = {
    "0": "At once: the old token is refused from now on. Choose this if somebody may know it.",
    "3600": "After 1 hour",
    "86400": "After 24 hours",
    "604800": "After 7 days",
}


def _lifetime_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="It expires",
        help_text="A token that expires has to be rotated before, or its program stops.",
        choices=list(LIFETIMES.items()),
        required=False,
    )


def expiry(said: dict[str, Any]) -> dt.datetime | None:
    """When the token of a form is to expire; None means never."""
    days = int(said["expires_in"] or 0)
    return timezone.now() + dt.timedelta(days=days) if days else None


class IssueForm(MintForm):
    """One more token."""

    name = forms.CharField(
        label="Name",
        help_text="Where it will be used, so that it is recognized later. May be left empty.",
        max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH,
        required=False,
    )
    expires_in = _lifetime_field()

    def clean_name(self) -> str:
        name: str = clean_with(NameField(allow_blank=True), self.cleaned_data["name"])
        return name


class RotateForm(MintForm):
    """A new token in place of an old one. Nothing is chosen beforehand: both choices can hurt."""

    overlap = forms.ChoiceField(
        label="When does the old token stop working?",
        choices=list(OVERLAPS.items()),
        widget=forms.RadioSelect,
    )


class AccountForm(MintForm):
    """A new service account with its first token."""

    name = forms.CharField(
        label="Name",
        help_text="What it is, such as “Release bot”. Everybody in the organization sees it.",
        max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH,
    )
    roles = forms.MultipleChoiceField(
        label="Roles",
        help_text="What it may do. Without a role it may do what every member may.",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    expires_in = _lifetime_field()

    def __init__(self, data: Any, *, offered: Iterable[Role]) -> None:
        super().__init__(data)
        choices = [(str(role.pk), f"{role.name}: {_permissions(role)}") for role in offered]
        self.fields["roles"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def clean_name(self) -> str:
        name: str = clean_with(NameField(), self.cleaned_data["name"])
        return name


def _permissions(role: Role) -> str:
    return permissions_in_words(role.sorted_permissions) or "no permission"
