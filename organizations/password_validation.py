"""Organizations' names are the first passwords that an outsider tries."""

from accounts.models import User
from accounts.password_validation import ContextValidator
from organizations.models import Organization


class OrganizationNameValidator(ContextValidator):
    """Holds at every door (API, admin, commands): reads the names of the user's organizations."""

    def get_words(self, user: User | None) -> list[str]:
        if user is None or user._state.adding:  # a registration names its organization itself
            return []
        names = Organization.objects.visible_to(user.pk).values_list("name", flat=True)
        return [word for name in names for word in (name, *name.split())]
