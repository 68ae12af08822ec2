"""The TypeScript client under Node: the one that Playwright's wheel brings, which takes types away.

So the tests need nothing of the machine, and the version is pinned with the wheel.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import playwright

from tests.server import ROOT

NODE: Final = Path(playwright.__file__).parent / "driver" / "node"
CLIENT: Final = ROOT / "docs" / "clients" / "hyperspeed.ts"
SECONDS: Final = 60
STRIP = """
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
console.log(JSON.stringify(stripTypeScriptTypes(readFileSync(process.env.CLIENT, "utf-8"))));
"""


def run_module(text: str, **variables: str) -> Any:
    """Run an ES module; what it printed, as JSON. Raises AssertionError if it fails."""
    done = subprocess.run(
        [NODE, "--no-warnings", "--input-type=module", "--eval", text],
        env={"PATH": os.environ["PATH"], "CLIENT": str(CLIENT), **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def as_javascript() -> str:
    """The client as a browser takes it; fails if types alone are not what TypeScript added."""
    return str(run_module(STRIP))
