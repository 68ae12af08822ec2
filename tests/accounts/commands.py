"""Commands of the operator, as tests run them."""

import io
import json
from typing import Any, NamedTuple

from django.core.management import CommandError, call_command


class Ran(NamedTuple):
    """How a command ended: the exit code that manage.py gives, and the two outputs."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The JSON document on stdout, which must be all that is there."""
        return json.loads(self.out)


def run(command: str, *arguments: str) -> Ran:
    """Run a command in this process, on the database of the test.

    What is no refusal is raised, as it would be a traceback. A wrong usage ends with 1 here and
    with 2 on a command line: see tests/config/test_manage.py.
    """
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return Ran(error.returncode, out.getvalue(), f"{err.getvalue()}{error}\n")
    except SystemExit as end:
        return Ran(end.code if isinstance(end.code, int) else -1, out.getvalue(), err.getvalue())
    return Ran(0, out.getvalue(), err.getvalue())
