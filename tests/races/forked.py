"""The same command in several processes, each with a pipe of a folder:
`python -m tests.races.forked FOLDER MODULE ARGUMENT…`, in which `PIPE` stands for the pipe.

They are children of this one, which has loaded what they need: that is most of what a start costs.
What a child prints is kept beside its pipe; the exit codes are printed, as JSON.
"""

import gc
import json
import os
import runpy
import sys
from importlib import import_module
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

PIPE = "PIPE"


def main(folder: Path, command: list[str]) -> None:
    """Start a child for each pipe, and wait for all of them."""
    os.environ["STATEMENT_TIMEOUT_SECONDS"] = "0"  # as manage.py does: the settings read it
    django.setup()
    import_module(settings.ROOT_URLCONF)
    gc.freeze()  # no child looks through what is loaded, when it ends
    children = []
    for pipe in sorted(folder.iterdir()):
        child = os.fork()
        if child == 0:
            become(pipe, command)
            return  # and end as a program of its own does
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    print(json.dumps(codes))


def become(pipe: Path, command: list[str]) -> None:
    """Run the module as `python -m` would, its output going to files."""
    for descriptor, name in ((1, "out"), (2, "err")):
        file = os.open(f"{pipe}.{name}", os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(file, descriptor)
    connection.ensure_connection()  # takes longer than much of what they contest
    sys.argv = [str(pipe) if argument == PIPE else argument for argument in command]
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
