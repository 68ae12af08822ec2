"""What the tests of the admin's sign-ups share."""

import pytest
from django.test import Client

from tests.conftest import Actor


@pytest.fixture
def staff(owner: Actor) -> Client:
    """The browser of the owner, who is staff for sign-ups."""
    owner.client.force_login(owner.user)
    return owner.client
