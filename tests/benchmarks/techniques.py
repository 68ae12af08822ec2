"""`python -m tests.benchmarks.techniques`: what each technique of the hot path brings.

One process answers requests without a server around it; one technique after the other is undone,
in turn with the product as it is, and the difference in CPU for a request is printed.
"""

import json
import subprocess
import sys

from tests.benchmarks import report
from tests.benchmarks.calls import CALLS, targets
from tests.benchmarks.servers import OURS, VARIANTS
from tests.benchmarks.world import make_world
from tests.postgres import sigterm_as_exit
from tests.server import ROOT

NAMES = ("organizations", "organizations-sa", "spaces", "access-summary", "me")
CODE = "from tests.benchmarks import undone; undone.main()"


def main() -> int:
    with make_world() as world:
        facts = report.machine() | {"postgresql": world.postgres_version}
        print("; ".join(f"{name} {value}" for name, value in facts.items()), flush=True)
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", CODE],
            cwd=ROOT,
            env={**world.environment(VARIANTS[OURS]), "REQUEST_LOG": "0"},
            input=json.dumps({name: targets(world, VARIANTS[OURS], CALLS[name]) for name in NAMES}),
            text=True,
            check=False,
        )
    return done.returncode


if __name__ == "__main__":
    with sigterm_as_exit():
        sys.exit(main())
