"""The password hash."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet, minimum set).

    Django's own parameters take 100 MiB and about five times the CPU a log-in: a flood of log-ins
    would cost memory before it costs time.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
