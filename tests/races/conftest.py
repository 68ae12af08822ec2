"""The product and the control: one server each for the folder, an empty database for each test."""

from collections.abc import Iterator

import pytest

from tests.races import applications
from tests.races.applications import Application


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
