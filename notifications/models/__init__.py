from notifications.models.announcements import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
)
from notifications.models.emails import (
    Heartbeat,
    OutgoingEmail,
    Pause,
    Suppression,
    Tally,
)
from notifications.models.texts import EmailText

__all__ = [
    "AnnouncedState",
    "Announcement",
    "AnnouncementSettings",
    "EmailText",
    "Heartbeat",
    "OutgoingEmail",
    "Pause",
    "Suppression",
    "Tally",
]
