from notifications.models.announcements import AnnouncedState, Announcement
from notifications.models.emails import (
    Attempt,
    Heartbeat,
    OutgoingEmail,
    Pause,
    Suppression,
    Tally,
)
from notifications.models.enquiries import Enquiry
from notifications.models.settings import AnnouncementSettings
from notifications.models.texts import EmailText

__all__ = [
    "AnnouncedState",
    "Announcement",
    "AnnouncementSettings",
    "Attempt",
    "EmailText",
    "Enquiry",
    "Heartbeat",
    "OutgoingEmail",
    "Pause",
    "Suppression",
    "Tally",
]
