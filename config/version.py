"""What is running: the version from pyproject.toml and the commit, read once at start."""

import os
import tomllib
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def _git_sha() -> str:
    """GIT_SHA where the build sets it, else the commit of the checkout, else "unknown"."""
    if sha := os.environ.get("GIT_SHA", "").strip():
        return sha
    git = BASE_DIR / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        ref = head.removeprefix("ref: ")
        loose = git / ref
        if loose.exists():
            return loose.read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next(line.split()[0] for line in packed if line.endswith(f" {ref}"))
    except (OSError, StopIteration):
        return "unknown"


VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "version"
]
GIT_SHA = _git_sha()
