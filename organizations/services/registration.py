"""Registering: the first account sets the instance up, later ones wait for staff."""

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import throttling
from accounts.actor import Actor
from accounts.audit import Action, acting_as, record
from accounts.models import User
from accounts.passwords import hash_password
from accounts.services.password import check_policy
from accounts.services.sessions import TokenPair, issue_session
from config.exceptions import Conflict, DomainError, Forbidden, ValidationFailed
from organizations.models import Invite, Organization
from organizations.models.organization import find_instance_organization
from organizations.services.invite import claim_invite, get_usable_invite
from organizations.services.organization import InstanceAlreadySetUp, set_up_instance
from organizations.services.signup_request import request_signup


class CredentialsIncomplete(DomainError):
    """E-mail or password missing, or the password too short."""

    error = "email and password (min 8 chars) required"
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


def register(
    *,
    email: str,
    password: str,
    display_name: str,
    organization_name: str,
    intended_public_url: str | None,
    invite_token: str,
    by: Actor,
) -> TokenPair:
    """Create an account and log it in.

    The first one of the instance creates its organization and owns it; one with an invite joins;
    a later one awaits approval. Raises CredentialsIncomplete, ValidationFailed,
    OrganizationNameMissing, SignupsDisabled, EmailTaken, InviteNotFound, InviteNotForThisUser or
    TooManyRequests.
    """
    throttling.count(throttling.auth_requests(), by.origin.network)
    user = User.objects.build(email, password_hash="", display_name=display_name)
    organization = find_instance_organization()
    _check_password(password, user, (organization_name, organization.name if organization else ""))
    invite = None
    if invite_token:
        invite = get_usable_invite(raw_token=invite_token, address_key=user.email_key)
    else:
        _check_door(organization, organization_name)
    throttling.count(throttling.registrations(), by.origin.network)
    # Before anything tells a taken address from a free one, so that the time does not.
    user.password = hash_password(password)
    if invite is not None:
        return _register_invited(user, invite, by)
    if organization is None:
        try:
            return _register_first(user, organization_name, intended_public_url, by)
        except InstanceAlreadySetUp as lost:
            organization = lost.organization
            _check_door(organization, organization_name)
    return _register_pending(user, organization, by)


def _check_password(password: str, user: User, context: tuple[str, ...]) -> None:
    try:
        check_policy(password=password, user=user, field="password", context=context)
    except ValidationFailed as refused:
        fields = dict(refused.fields or {})
        if "password_too_short" in fields["password"]:
            raise CredentialsIncomplete(fields=fields) from refused
        raise


def _check_door(organization: Organization | None, organization_name: str) -> None:
    if organization is None and not organization_name:
        raise OrganizationNameMissing(fields={"organization_name": ["required"]})
    if organization is not None and not organization.open_signups_enabled:
        raise SignupsDisabled


def _register_first(
    user: User, organization_name: str, intended_public_url: str | None, by: Actor
) -> TokenPair:
    with transaction.atomic():
        actor = _insert(user, by)
        set_up_instance(
            name=organization_name,
            owner=user,
            intended_public_url=intended_public_url,
            by=actor,
        )
        return issue_session(user=user, by=actor)


def _register_invited(user: User, invite: Invite, by: Actor) -> TokenPair:
    with transaction.atomic():
        actor = _insert(user, by)
        claim_invite(invite=invite, user=user, by=actor)
        return issue_session(user=user, by=actor)


def _register_pending(user: User, organization: Organization, by: Actor) -> TokenPair:
    user.signup_status = User.SignupStatus.PENDING
    with transaction.atomic():
        actor = _insert(user, by)
        request_signup(user=user, organization=organization, by=actor)
        return issue_session(user=user, by=actor)


def _insert(user: User, by: Actor) -> Actor:
    """Insert the user; the unique key on the address decides, not a look beforehand.

    Returns the new user as the actor of what follows.
    """
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise EmailTaken from error
    actor = acting_as(by, user)
    throttling.know_network(user.email_key, by.origin.network)
    record(Action.USER_REGISTERED, by=actor, target=user)
    return actor
