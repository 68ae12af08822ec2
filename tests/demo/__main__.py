"""The whole story against the real API: `python -m tests.demo [NAME=VALUE ...]`.

Starts a server in production mode on a throw-away SQLite file, drives it over HTTP and prints the
transcript. NAME=VALUE are settings of that server. Exit code 0 only if every step held.
"""

import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.demo.chapters import CHAPTERS
from tests.demo.http import StepFailed
from tests.demo.story import Story
from tests.postgres import sigterm_as_exit
from tests.server import ServerFailed, migrate, serve

SETTING: Final = re.compile(r"[A-Z_]+=.*")
LOG_LINES: Final = 15
BAD_USAGE: Final = 2
INTERRUPTED: Final = 130

EPILOGUE: Final = """
Every step held. This server and its data are gone now; for one that stays, run

    ./dev serve

and try, with the log-ins that it prints,

    http://127.0.0.1:8000/admin/                    the queue of sign-ups
    http://127.0.0.1:8000/api/docs                  every call, to read and to try
    http://127.0.0.1:8000/api/v1/public/instance    the API, which needs no log-in here
"""


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0, 1 if a step did not hold, 2 for bad usage."""
    if not all(map(SETTING.fullmatch, arguments)):
        print("usage: python -m tests.demo [NAME=VALUE ...]", file=sys.stderr)
        return BAD_USAGE
    try:
        return 0 if tell(dict(argument.split("=", 1) for argument in arguments)) else 1
    except ServerFailed as error:
        print(f"The server did not start:\n{error}", file=sys.stderr)
        return 1


def tell(settings: dict[str, Any]) -> bool:
    """Serve, tell the story, and return whether it held. Raises ServerFailed."""
    with tempfile.TemporaryDirectory(prefix="hyperspeed-demo-") as folder:
        mailbox = Path(folder, "mails")
        settings = {"EMAIL_URL": f"file://{mailbox}", **settings}
        url = f"sqlite:///{folder}/db.sqlite3"
        migrate(url, **settings)
        with serve(url, **settings) as server:
            story = Story(server, mailbox)
            story.transcript.line(f"Hyperspeed, in production mode, on {server.url}")
            try:
                for chapter in CHAPTERS:
                    chapter(story)
            except StepFailed as failure:
                story.transcript.failed(failure)
                log = server.log.read_text("utf-8", "replace").splitlines()[-LOG_LINES:]
                print("\nThe server's log ends with", *log, sep="\n")
                return False
            story.transcript.line(EPILOGUE)
            return True


if __name__ == "__main__":
    try:
        with sigterm_as_exit():
            sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
