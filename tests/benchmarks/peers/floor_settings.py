"""The product's database and pool, and nothing of it around a view."""

from config.settings import *  # noqa: F403  (a variant of all of them)

MIDDLEWARE = []
ROOT_URLCONF = "tests.benchmarks.peers.floor"
