"""`gunicorn config.wsgi`"""

import os
import sys

from django.conf import settings
from django.core.cache import close_caches
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries

WORKER_BOOT_ERROR = 3  # gunicorn stops instead of starting the worker again and again

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

try:
    application = get_wsgi_application()
    if not settings.DEBUG:
        # A request gives its connection back when it ends: there is none when the next begins, nor
        # a list of queries, which only development mode keeps.
        request_started.disconnect(reset_queries)
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_caches)  # there are none
except ImproperlyConfigured as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(WORKER_BOOT_ERROR)
