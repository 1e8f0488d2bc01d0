"""Answering addresses that ask what we hold about them, without keeping theirs."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Subquery

from notifications import clock
from notifications.delivery.inserting import insert_emails, key
from notifications.models import Enquiry, OutgoingEmail
from subscriptions.addresses import hashed
from subscriptions.deleting import delete_rows
from subscriptions.models import Subscriber
from subscriptions.sealing import seal, unseal

PURPOSE = "enquiry"
#: An address is answered once in this time.
GAP = dt.timedelta(hours=1)
#: A sealed address is erased by then, even if its email still waits.
KEEP_SEALED = dt.timedelta(days=1)

QUEUED = OutgoingEmail.objects.queued().filter(key=key(Enquiry.KEY, OuterRef("pk")))


def owe_manage_link(address: str) -> None:
    """Owe an address the link to what it follows, or the news that it follows nothing.

    Once an hour at most. The same statements for every address: which of the two it
    gets is decided when the email is made.
    """
    now = clock.database_now()
    hash_ = hashed(address)
    Enquiry.objects.bulk_create(
        [Enquiry(address_hash=hash_, sealed=seal(PURPOSE, address), asked_at=now)],
        ignore_conflicts=True,
    )
    person = Subscriber.objects.filter(address_hash=hash_)
    insert_emails(
        Enquiry.objects.filter(address_hash=hash_),
        now=now,
        kind=OutgoingEmail.Kind.MANAGE_LINK,
        priority=OutgoingEmail.Priority.CONFIRMATION,
        key=key(Enquiry.KEY, "pk"),
        subscriber_id=Subquery(person.values("pk")),
    )


def enquiry_of(email: OutgoingEmail) -> Enquiry | None:
    """The enquiry that ``email`` answers; None when it was forgotten."""
    number = email.key.removeprefix(Enquiry.KEY)
    return Enquiry.objects.filter(pk=number).first() if number.isdecimal() else None


def address_of(enquiry: Enquiry) -> str:
    """The address that asked; "" when it was erased already."""
    return unseal(PURPOSE, enquiry.sealed)


def forget_enquiries() -> None:
    """Erase addresses whose answer is out, and after an hour that they asked."""
    now = clock.database_now()
    answered = Enquiry.objects.exclude(Exists(QUEUED))
    answered.exclude(sealed="").update(sealed="")
    delete_rows(answered.filter(asked_at__lte=now - GAP))
    delete_rows(Enquiry.objects.filter(asked_at__lte=now - KEEP_SEALED))


def forget_address(address: str) -> None:
    """Erase that an address asked, and with it the answer that is not out yet."""
    delete_rows(Enquiry.objects.filter(address_hash=hashed(address)))
