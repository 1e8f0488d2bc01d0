"""What became of an attempt to send an email, in words for those who help people.

An email keeps codes (RFC 5321, RFC 3463) and short reasons of our own. Both are put
into sentences here; a code that nobody foresaw is still told by its class.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

#: Why we did not send, as ``NotWanted`` and the sender say it.
REASONS = {
    "no longer follows": _("They no longer followed the job when it was their turn."),
    "no longer asked for": _("The request had ended when it was its turn."),
    "not confirmed": _("They had not confirmed."),
    "confirmed already": _("They had confirmed before it was its turn."),
    "suppressed": _("The address is blocked, or does not take email."),
    "erased": _("The person was erased."),
    "too old to be news": _(
        "It could not be sent in time, and was too old to be news."
    ),
    "announcement deleted": _("The announcement was deleted."),
    "announcement stopped": _("The announcement was stopped by an error; it waits."),
    "no longer closes": _("The job had closed, or has no closing date any more."),
    "told before": _("It may have arrived before, so it was not repeated."),
    "closes later": _("The job closes later than planned."),
    "closes on another day": _("The job closes on another day than it said."),
    "nobody to write to": _("The account has no email address."),
    "may not publish it any more": _("They may not publish the job any more."),
    "company has no address": _("The company has no address for notices."),
    "company wants no notices": _("The company wants no notices any more."),
    "nobody new follows any more": _("Nobody new followed any more."),
    "held back: not on the list of allowed recipients": _(
        "This board only writes to a list of addresses (EMAIL_ALLOW_LIST)."
    ),
    "set aside: workers died over it": _("Something in it stopped the worker."),
    "could not be made": _(
        "The email could not be made; the log of the worker says why."
    ),
    "refused by the provider": _("The provider takes no email for this address."),
    "cannot be sent": _("The address is one that no mail server takes."),
    "could not be sent": _("The way out for email failed; the worker's log says how."),
}
#: What the second and third number of an enhanced code mean (RFC 3463).
ENHANCED = {
    "1.1": _("there is no such mailbox"),
    "1.2": _("there is no such domain"),
    "1.3": _("the address is not written as one"),
    "1.6": _("the mailbox has moved"),
    "1.10": _("the domain takes no email"),
    "2.1": _("the mailbox is switched off"),
    "2.2": _("the mailbox is full"),
    "2.3": _("the email is too big for the mailbox"),
    "3.2": _("their server takes no email at present"),
    "3.4": _("the email is too big"),
    "4.1": _("their server does not answer"),
    "4.4": _("no way leads to their server"),
    "4.5": _("their server has too much to do"),
    "4.7": _("it took too long"),
    "7.1": _("they do not want it now, or not from us"),
}
#: The same for whole classes, where the number itself is not known.
CLASSES = {
    "1": _("something is wrong with the address"),
    "2": _("something is wrong with the mailbox"),
    "3": _("their server is in trouble"),
    "4": _("the way to their server is in trouble"),
    "5": _("the servers did not understand each other"),
    "6": _("they cannot read what the email is made of"),
    "7": _("they do not want this email, by a rule of theirs"),
}
ANSWER = re.compile(r"(?P<code>[2-5]\d\d)(?: [245]\.(?P<detail>\d+\.\d+))?\b")


def in_words(answer: str) -> str:
    """Say what ``OutgoingEmail.last_code`` or ``Attempt.answer`` means; "" for none."""
    short = answer.removesuffix(" (the message)")
    if short in REASONS:
        return str(REASONS[short])
    found = ANSWER.match(short)
    if found is None:
        return _of_connection(short)
    said = _details(found["detail"] or "")
    code = found.group()
    if found["code"].startswith("2"):
        return str(_("The mail server took it (%(code)s).")) % {"code": code}
    if found["code"].startswith("5"):
        words = _("The mail server refused it: %(said)s (%(code)s).")
    else:
        words = _("The mail server did not take it yet: %(said)s (%(code)s).")
    return str(words) % {"said": said, "code": code}


def _details(detail: str) -> str:
    found = ENHANCED.get(detail) or CLASSES.get(detail.partition(".")[0])
    return str(found or _("it did not say why"))


def _of_connection(short: str) -> str:
    """Where a connection failed there is no code, but the name of an error."""
    if not short:
        return ""
    return str(_("The connection to the mail server failed (%(error)s).")) % {
        "error": short
    }
