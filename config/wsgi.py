"""`gunicorn config.wsgi`"""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.cache import close_caches
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries

WORKER_BOOT_ERROR = 3  # gunicorn stops instead of starting the worker again and again


class Request(WSGIRequest):
    """Django raises for a media type with a parameter in a character set that nobody knows (RFC
    2231), before anything of ours could answer."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # not in the stubs
        except ValueError:
            # What a body is of which nothing is known (RFC 9110 §8.3).
            meta["CONTENT_TYPE"] = self.content_type = "application/octet-stream"
            self.content_params = {}


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

try:
    application = get_wsgi_application()
    application.request_class = Request
    if not settings.DEBUG:
        # A request gives its connection back when it ends: there is none when the next begins, nor
        # a list of queries, which only development mode keeps.
        request_started.disconnect(reset_queries)
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_caches)  # there are none
except ImproperlyConfigured as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(WORKER_BOOT_ERROR)
