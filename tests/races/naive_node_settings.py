"""The settings of the control for two nodes: the product's, with what it keeps in the process."""

from config.settings import *  # noqa: F403  (a variant of all of them)
from config.settings import REST_FRAMEWORK as _REST_FRAMEWORK

REST_FRAMEWORK = _REST_FRAMEWORK | {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tests.races.naive_node.CachedServiceAccountToken",
        "tests.races.naive_node.CachedAccessToken",
    ]
}
