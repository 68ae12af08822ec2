"""What `gunicorn config.wsgi` runs with; the command line and GUNICORN_CMD_ARGS go first."""

import os

# Threads: a request waits for the database most of its time.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8

# A client beside the proxy could move the application to another path: by default these headers
# count when the peer is the loopback.
forwarder_headers = ""
# Whether X-Forwarded-Proto counts is for TRUSTED_PROXIES to say.
secure_scheme_headers: dict[str, str] = {}

# Nothing here is controlled while it runs.
control_socket_disable = True
