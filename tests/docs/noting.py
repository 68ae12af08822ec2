"""The product, for a server that notes each answer in the file NOTES before it is sent.

The access log comes too late for that: its line is written when the client has the answer.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from config.wsgi import application as product

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
NOTES = Path(os.environ["NOTES"])


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    def note(status: str, *more: Any) -> Any:
        with NOTES.open("a", encoding="utf-8") as notes:
            notes.write(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {status[:3]}\n")
        return start_response(status, *more)

    return product(environ, note)
