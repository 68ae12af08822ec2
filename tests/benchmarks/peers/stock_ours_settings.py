"""The stock stack with the product's password hasher: what is left of a log-in without the hash."""

from config.settings import PASSWORD_HASHERS as _OURS
from tests.benchmarks.peers.stock_settings import *  # noqa: F403  (a variant of all of them)

PASSWORD_HASHERS = _OURS
