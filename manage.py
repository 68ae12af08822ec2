#!/usr/bin/env python
"""The operator's entry point: `manage.py help` lists the commands."""

import logging
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import InterfaceError, OperationalError


def main() -> None:
    """Run one command. What an operator can cause is told in prose, never as a traceback: a
    configuration that is refused, and a database that does not answer."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # A migration or a purge may take its time; a request may not.
    os.environ["STATEMENT_TIMEOUT_SECONDS"] = "0"
    # The pool tells of each of its tries; the operator is told once, below.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except (OperationalError, InterfaceError) as error:
        # Of Django's own commands; its text may name the server and its user.
        name = type(error).__name__
        sys.exit(f"the database does not answer ({name}); is DATABASE_URL right, and is it up?")
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)  # 128 + SIGINT, as shells say it


if __name__ == "__main__":
    main()
