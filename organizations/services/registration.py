"""Registering: the first account sets the instance up, later ones wait for staff."""

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import throttling
from accounts.models import User
from accounts.origin import Origin
from accounts.passwords import hash_password
from accounts.services.sessions import TokenPair, issue_session
from config.exceptions import Conflict, DomainError, Forbidden, NotFound, ValidationFailed
from organizations.models import Organization
from organizations.models.organization import find_instance_organization
from organizations.services.organization import InstanceAlreadySetUp, set_up_instance
from organizations.services.signup_request import request_signup


class CredentialsIncomplete(DomainError):
    """E-mail or password missing, or the password too short."""

    code = "email_and_password_required"

    def __init__(self, *, fields: dict[str, list[str]]) -> None:
        minimum = settings.PASSWORD_MIN_LENGTH
        super().__init__(error=f"email and password (min {minimum} chars) required", fields=fields)


class OrganizationNameMissing(DomainError):
    error = "organization_name required for the first account"
    code = "organization_name_required"


class SignupsDisabled(Forbidden):
    error = "signups_disabled"
    code = "signups_disabled"


class EmailTaken(Conflict):
    error = "email already registered"
    code = "email_taken"


class InviteNotFound(NotFound):
    error = "invite not found"
    code = "invite_not_found"


def register(
    *,
    email: str,
    password: str,
    display_name: str,
    organization_name: str,
    intended_public_url: str | None,
    invite_token: str,
    origin: Origin,
) -> TokenPair:
    """Create an account and log it in.

    The first one of the instance creates its organization and owns it; a later one awaits
    approval. Raises CredentialsIncomplete, ValidationFailed, OrganizationNameMissing,
    SignupsDisabled, EmailTaken, InviteNotFound or TooManyRequests.
    """
    throttling.count(throttling.auth_requests(), origin.network)
    user = User.objects.build(email, password_hash="", display_name=display_name)
    organization = find_instance_organization()
    _check_password(password, user, (organization_name, organization.name if organization else ""))
    if invite_token:
        raise InviteNotFound
    _check_door(organization, organization_name)
    throttling.count(throttling.registrations(), origin.network)
    # Before anything tells a taken address from a free one, so that the time does not.
    user.password = hash_password(password)
    if organization is None:
        try:
            return _register_first(user, organization_name, intended_public_url, origin)
        except InstanceAlreadySetUp as lost:
            organization = lost.organization
            _check_door(organization, organization_name)
    return _register_pending(user, organization, origin)


def _check_password(password: str, user: User, context: tuple[str, ...]) -> None:
    user.password_context = context  # type: ignore[attr-defined]  # see ContextValidator
    try:
        validate_password(password, user)
    except ValidationError as error:
        fields = {"password": [problem.code or "invalid" for problem in error.error_list]}
        if "password_too_short" in fields["password"]:
            raise CredentialsIncomplete(fields=fields) from error
        raise ValidationFailed(error=f"password: {error.messages[0]}", fields=fields) from error


def _check_door(organization: Organization | None, organization_name: str) -> None:
    if organization is None and not organization_name:
        raise OrganizationNameMissing(fields={"organization_name": ["required"]})
    if organization is not None and not organization.open_signups_enabled:
        raise SignupsDisabled


def _register_first(
    user: User, organization_name: str, intended_public_url: str | None, origin: Origin
) -> TokenPair:
    with transaction.atomic():
        _insert(user)
        set_up_instance(name=organization_name, owner=user, intended_public_url=intended_public_url)
        return issue_session(user=user, origin=origin)


def _register_pending(user: User, organization: Organization, origin: Origin) -> TokenPair:
    user.signup_status = User.SignupStatus.PENDING
    with transaction.atomic():
        _insert(user)
        request_signup(user=user, organization=organization, origin=origin)
        return issue_session(user=user, origin=origin)


def _insert(user: User) -> None:
    """Insert the user; the unique key on the address decides, not a look beforehand."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise EmailTaken from error
