from notifications.models.announcements import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
)
from notifications.models.emails import Heartbeat, OutgoingEmail, Suppression

__all__ = [
    "AnnouncedState",
    "Announcement",
    "AnnouncementSettings",
    "Heartbeat",
    "OutgoingEmail",
    "Suppression",
]
