from django.contrib.auth.management.commands import createsuperuser

from accounts.commands import OperatorCommand


class Command(createsuperuser.Command, OperatorCommand):
    """Django's command, which tells of an outage in one line; the password policy holds."""
