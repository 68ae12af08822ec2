"""What the page of a user says of the tick that shuts an account, before it is saved."""

from accounts.models import User

SHUT_PERSON = (
    "To disable this user, untick this and save: they are logged out everywhere at once, here too,"
    " and cannot log in. They keep their roles, and service accounts that they made work on."
    " To undo it, tick this again: they have to log in anew."
)
OPEN_PERSON = (
    "This user is disabled and cannot log in. To let them in again, tick this and save: they log in"
    " anew, with the roles that they kept."
)
STILL_DENIED = " Their sign-up was denied: until that is re-opened, they cannot log in even so."
SHUT_PROGRAM = (
    "To shut this service account out, untick this and save: its tokens are refused at once, and"
    " the programs that use them stop. To undo it, tick this again: tokens work again that were"
    " neither revoked nor expired."
)
OPEN_PROGRAM = (
    "The tokens of this service account are refused. To let it in again, tick this and save: tokens"
    " work again that were neither revoked nor expired, unless the service account itself is"
    " disabled, too."
)


def what_the_tick_does(user: User) -> str:
    """For a user as they are stored: what unticking "Active", or ticking it again, comes to."""
    if not user.is_human:
        return SHUT_PROGRAM if user.is_active else OPEN_PROGRAM
    if user.is_active:
        return SHUT_PERSON
    return OPEN_PERSON + (STILL_DENIED if user.is_denied else "")
