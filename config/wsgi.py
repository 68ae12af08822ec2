"""`gunicorn config.wsgi`"""

import os
import sys

from django.conf import settings
from django.core import signals
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, reset_queries

WORKER_BOOT_ERROR = 3  # gunicorn stops instead of starting the worker again and again


def give_connection_back(**_: object) -> None:
    """What is left to do when a request ends: there is one database, and a pool keeps its
    connections. Django's receivers look through all of them, at the start of a request too, and
    forget queries that only development mode keeps."""
    connection.close_if_unusable_or_obsolete()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

try:
    application = get_wsgi_application()
    if not settings.DEBUG:
        signals.request_started.disconnect(reset_queries)
        signals.request_started.disconnect(close_old_connections)
        signals.request_finished.disconnect(close_old_connections)
        signals.request_finished.connect(give_connection_back)
except ImproperlyConfigured as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(WORKER_BOOT_ERROR)
