"""Break one guard after the other in a copy of the source, run its tests, and name the survivors.

`python -m tests.mutants [--quick] [WORD ...]`: --quick leaves out those that only a race shows;
words choose the mutants that have one of them in their names.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.environment import temporary_sqlite_url
from tests.mutants import catalogue, catalogue_callers
from tests.mutants.mutant import Mutant
from tests.postgres import throwaway_postgres

ROOT = Path(__file__).resolve().parent.parent.parent
MUTANTS = [*catalogue.MUTANTS, *catalogue_callers.MUTANTS]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "*.sqlite3*", "__pycache__", ".*_cache")
TIMEOUT_SECONDS = 300
AT_ONCE = 2
PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")
TESTS_FAILED = 1  # pytest's status; any other says that the tests did not run


def main(words: Sequence[str]) -> int:
    """Run the mutants, print a line for each, return 1 if one survived."""
    is_quick, words = "--quick" in words, [word for word in words if word != "--quick"]
    chosen = [m for m in MUTANTS if not words or any(word in m.name for word in words)]
    light = [mutant for mutant in chosen if not mutant.needs_postgresql]
    heavy = [] if is_quick else [mutant for mutant in chosen if mutant.needs_postgresql]
    if not passes_unbroken(light):
        return 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = list(pool.map(lambda mutant: run(mutant, temporary_sqlite_url()), light))
    if heavy:  # they race, and have the machine to themselves
        with throwaway_postgres() as url:
            verdicts += [run(mutant, url) for mutant in heavy]
    survivors = sum(not is_killed for is_killed in verdicts)
    print(f"mutants: {len(verdicts)}, survivors: {survivors}")
    return 1 if survivors or not verdicts else 0


def run(mutant: Mutant, url: str) -> bool:
    """Whether a test noticed; prints the verdict."""
    with copied_source() as folder:
        break_guard(mutant, folder)
        try:
            done = run_tests(mutant.tests.split(), folder, url)
        except subprocess.TimeoutExpired:
            print(f"SURVIVED {mutant.name}: its tests do not end", flush=True)
            return False
    is_killed = done.returncode == TESTS_FAILED
    print(f"{'killed  ' if is_killed else 'SURVIVED'} {mutant.name}", flush=True)
    if not is_killed:
        print(done.stdout[-2000:], done.stderr[-2000:], sep="\n", flush=True)
    return is_killed


def passes_unbroken(mutants: Sequence[Mutant]) -> bool:
    """Whether their tests pass in a copy without a mutant: otherwise no verdict means a thing."""
    tests = sorted({test for mutant in mutants for test in mutant.tests.split()})
    if not tests:
        return True
    with copied_source() as folder:
        done = run_tests(["-n", str(AT_ONCE), *tests], folder, temporary_sqlite_url())
    if done.returncode != 0:
        print("without a mutant, too, a test fails:", done.stdout[-2000:], sep="\n", flush=True)
    return done.returncode == 0


def run_tests(arguments: list[str], folder: Path, url: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*PYTEST, *arguments],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def break_guard(mutant: Mutant, folder: Path) -> None:
    """Put the mutant into a copy. Raises ValueError if its line is not there, once."""
    file = folder / mutant.file
    source = file.read_text(encoding="utf-8")
    if source.count(mutant.old) != 1:
        raise ValueError(f"the line of {mutant.name!r} is not in {mutant.file}, once")
    file.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")


@contextmanager
def copied_source() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hyperspeed-mutant-") as name:
        folder = Path(name, "source")
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        yield folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
