"""Words that site owners add to emails."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EmailText(models.Model):
    """What site owners say in the emails of one kind, in plain text with placeholders.

    An empty field leaves the email as its files have it. A kind without a row has all
    three empty. What the placeholders are is in ``notifications.texts``.
    """

    class Kind(models.TextChoices):
        """The kinds of email; in lower case, their folders of templates."""

        CONFIRM = "CONFIRM", _("Confirm")
        ALREADY_FOLLOWING = "ALREADY_FOLLOWING", _("Already following")
        MANAGE_LINK = "MANAGE_LINK", _("Link to everything followed")
        CHANGED = "CHANGED", _("Changed")
        CLOSED = "CLOSED", _("Closed")
        TAKEN_DOWN = "TAKEN_DOWN", _("Taken down")
        OPEN_AGAIN = "OPEN_AGAIN", _("Open again")
        CORRECTION = "CORRECTION", _("Correction")
        REMINDER = "REMINDER", _("Reminder")
        NEW_FOLLOWER = "NEW_FOLLOWER", _("New follower")

    kind = models.CharField(_("kind"), max_length=17, choices=Kind, unique=True)
    subject = models.CharField(_("subject"), max_length=120, blank=True)
    opening = models.TextField(_("opening"), max_length=600, blank=True)
    closing = models.TextField(_("closing"), max_length=600, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    #: What a site owner writes; each may be empty.
    FIELDS = ("subject", "opening", "closing")

    class Meta:
        verbose_name = _("email text")
        default_permissions = ("change",)

    def __str__(self) -> str:
        return str(self.get_kind_display())
