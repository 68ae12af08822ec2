"""The product and the control: one server each for the folder, an empty database for each test."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.races import applications
from tests.races.applications import Application
from tests.races.client import Client


@pytest.fixture(scope="session")
def running_product() -> Iterator[Application]:
    with applications.product() as application:
        yield application


@pytest.fixture(scope="session")
def running_control() -> Iterator[Application]:
    with applications.control() as application:
        yield application


@pytest.fixture
def product(running_product: Application) -> Application:
    running_product.database.clear()
    return running_product


@pytest.fixture
def control(running_control: Application) -> Application:
    running_control.database.clear()
    return running_control


@pytest.fixture
def naive_team(control: Application) -> Application:
    """The control, called as the product is: only what a team contests is naive there."""
    return replace(control, client=Client(control.client.host))
