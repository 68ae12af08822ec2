"""The day first, 24 hours and the zone, as in the mails and in the pages of our own."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = r"j F Y \a\t H:i T"
