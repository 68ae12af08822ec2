import gc
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from accounts.commands import OperatorCommand, positive
from accounts.services.purge import purge_expired


class Command(OperatorCommand):
    help = "Delete expired refresh tokens, sessions, resets and counters. Run it daily."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--batch", type=positive, default=1000, help="rows a transaction, at most"
        )

    def handle(self, *, batch: int, **options: Any) -> None:
        # To look through all that is loaded, in the middle of a batch, held its locks for 100 ms.
        gc.freeze()
        totals: Counter[str] = Counter()
        longest = 0.0
        with self.progress("rows deleted") as advance:
            for done in purge_expired(batch_size=batch):
                totals[done.kind] += done.rows
                longest = max(longest, done.seconds)
                advance(done.rows)
        for kind, count in totals.items():
            self.say(f"{kind}: {count} deleted")
        if totals:
            self.say(f"locks were held for {1000 * longest:.0f} ms at the longest")
        else:
            self.say("nothing has expired")
