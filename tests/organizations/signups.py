"""Sign-ups, and what staff ask the admin about them."""

from typing import Any

from django.test import Client

from organizations.models import Organization, SignupRequest
from organizations.origins import network_of
from organizations.services.signup_request import deny_signup
from tests.conftest import SETUP, Answer
from tests.factories import SignupRequestFactory

QUEUE = "/admin/organizations/signuprequest/"
NEAR = "203.0.113.7"


def apply(
    organization: Organization, email: str, address: str | None = NEAR, **fields: Any
) -> SignupRequest:
    """A request that came from this address, and from its network."""
    made: SignupRequest = SignupRequestFactory.create(
        organization=organization,
        user__email=email,
        ip_address=address,
        network=network_of(address),
        **fields,
    )
    return made


def deny(request: SignupRequest) -> None:
    deny_signup(request_id=request.pk, by=SETUP)


def ask_to_approve(staff: Client, *requests: SignupRequest) -> Answer:
    """The page that asks, after these were ticked in the list."""
    ids = [str(request.pk) for request in requests]
    return staff.post(QUEUE, {"action": "approve_selected", "_selected_action": ids})
