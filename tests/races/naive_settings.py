"""The settings of the control: the product's, with the naive calls beside and before its own."""

from config.settings import *  # noqa: F403  (a variant of all of them)
from config.settings import SIMPLE_JWT as _SIMPLE_JWT

ROOT_URLCONF = "tests.races.naive"
SIMPLE_JWT = _SIMPLE_JWT | {"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True}
