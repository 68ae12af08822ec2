"""The product's settings with a transaction around each view.

The connection is then opened outside Django REST framework's error handler.
"""

from config.settings import *  # noqa: F403  (a variant of all of them)
from config.settings import DATABASES as _DATABASES

DATABASES = {"default": _DATABASES["default"] | {"ATOMIC_REQUESTS": True}}
