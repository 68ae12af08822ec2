"""What a mutant is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`old`, which occurs once in `file`, becomes `new`; then one of `tests` must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: str
    needs_postgresql: bool = False
