"""Addresses that asked what we hold about them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Enquiry(models.Model):
    """Somebody asked for the link to everything that an address follows.

    Kept for an hour, so that an address is answered once in that time. ``sealed`` is
    the address, encrypted, and empty as soon as the answer is out: an address that we
    do not know has no other place from which the email could take it. The email is the
    one whose key is ``KEY`` and the number of the enquiry.
    """

    KEY = "manage:"

    address_hash = models.CharField(max_length=64, unique=True)
    sealed = models.TextField(blank=True)
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        verbose_name = _("enquiry")

    def __str__(self) -> str:
        return f"Enquiry {self.pk}"
