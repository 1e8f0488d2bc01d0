from notifications.models.announcements import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
)
from notifications.models.emails import Heartbeat, OutgoingEmail, Pause, Suppression

__all__ = [
    "AnnouncedState",
    "Announcement",
    "AnnouncementSettings",
    "Heartbeat",
    "OutgoingEmail",
    "Pause",
    "Suppression",
]
