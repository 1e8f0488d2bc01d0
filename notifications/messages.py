"""What each email says: the values that its templates are filled with.

One function for each kind of mail. Everything is looked up when the mail is about to
be sent, so a person who left, or a title that changed, is seen in time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils import timezone

from jobs import formatting, listed, wording
from jobs.choices import CompanyNotices
from jobs.facts import availability_of, private_paths
from jobs.models import Company, JobPage, JobRecord
from notifications import clock
from notifications.enquiring import address_of, enquiry_of
from notifications.headings import job_values
from notifications.models import Announcement, OutgoingEmail, Suppression
from notifications.public_views import notices_url
from notifications.reminding_editors import closing_day_of
from notifications.rendering import Content, Message, absolute, render
from notifications.texts import Texts, texts_for
from subscriptions import addresses, retention, tokens
from subscriptions.models import Subscriber, Subscription
from subscriptions.services import followers_of

#: How long before a job closes those are reminded who asked for it.
REMIND_BEFORE = dt.timedelta(days=3)

Kind = OutgoingEmail.Kind


class NotWanted(Exception):
    """The mail must not be sent any more; its argument says why, in words."""


class NotYet(NotWanted):
    """The mail is not wanted now, and will be owed anew when it is."""


def compose(email: OutgoingEmail) -> Message:
    """Make the message that ``email`` stands for, as things are now.

    Raises:
        NotWanted: the person left, was erased or suppressed, or the reason is gone.
        NotYet: the reason is gone for now.
    """
    return render(content_of(email), message_id=email.message_id)


def content_of(email: OutgoingEmail) -> Content:
    """Look up what ``email`` would say.

    Raises:
        NotWanted: as in ``compose``.
    """
    content = CONTENT[email.kind](email)
    if email.announcement is None:
        # An announcement's were filled in when it was decided.
        texts = texts_for(content.template.upper(), content.values)
        content = replace(content, texts=texts)
    # Whoever it is: a company that complained is not written to either.
    person = email.subscriber
    _refuse_suppressed(
        person.address_hash if person else addresses.hashed(content.address)
    )
    return content


def job_url(page: JobPage | None) -> str:
    """The address of a page that whoever is written to may see; "" without one."""
    return absolute(page.get_url_parts()[2]) if page is not None else ""


def manage_url(token: str) -> str:
    return absolute(reverse("subscriptions:manage_open", args=[token]))


def stop_url(token: str) -> str:
    return absolute(reverse("subscriptions:unsubscribe", args=[token]))


def _refuse_suppressed(address_hash: str) -> None:
    if Suppression.objects.filter(address_hash=address_hash).exists():
        raise NotWanted("suppressed")


def _subscriber_of(email: OutgoingEmail) -> Subscriber:
    try:
        subscriber = email.subscriber
    except Subscriber.DoesNotExist:
        # Since the row was leased.
        subscriber = None
    if subscriber is None:
        raise NotWanted("erased")
    return subscriber


def _confirm(email: OutgoingEmail) -> Content:
    subscriber = _subscriber_of(email)
    rows = subscriber.subscriptions.current().select_related("record__page")
    asked = list(rows.order_by("requested_at", "pk"))
    # Whatever waits for this address is on the link's page, so the email names it too.
    waiting = [row for row in asked if not row.is_confirmed]
    if not waiting:
        raise NotWanted("confirmed already" if asked else "no longer asked for")
    return asking_to_confirm(subscriber, waiting)


def asking_to_confirm(subscriber: Subscriber, rows: list[Subscription]) -> Content:
    """The email that asks to confirm all of ``rows``, which are one person's."""
    token = tokens.confirm_token(rows[0])
    values = {
        **_job_of(rows[0].record),
        "others": [_job_of(row.record) for row in rows[1:]],
        "confirm_url": absolute(reverse("subscriptions:confirm", args=[token])),
        "days": retention.keep_requests().days,
        "delete_on": max(row.expires_at for row in rows),
    }
    return Content(template="confirm", address=subscriber.address, values=values)


def _already_following(email: OutgoingEmail) -> Content:
    subscriber = _subscriber_of(email)
    rows = email.subscriptions.select_related("record__page").order_by("pk")
    subscription = rows.first()
    if subscription is None or not subscription.is_confirmed:
        raise NotWanted("no longer follows")
    values = {
        **_job_of(subscription.record),
        "manage_url": manage_url(tokens.manage_token(subscriber)),
    }
    return Content(
        template="already_following", address=subscriber.address, values=values
    )


def _job_of(record: JobRecord) -> dict[str, Any]:
    return {
        "title": record.title,
        "company_name": record.company_name,
        "place": record.place,
    }


def _manage_link(email: OutgoingEmail) -> Content:
    if email.subscriber_id is None:
        return _answer_to_stranger(email)
    return _link_to_list(_subscriber_of(email))


def _link_to_list(subscriber: Subscriber) -> Content:
    values = {
        "manage_url": manage_url(tokens.manage_token(subscriber)),
        "days": tokens.MANAGE_WITHIN.days,
    }
    return Content(template="manage_link", address=subscriber.address, values=values)


def _answer_to_stranger(email: OutgoingEmail) -> Content:
    enquiry = enquiry_of(email)
    address = address_of(enquiry) if enquiry else ""
    if enquiry is None or not address:
        raise NotWanted("erased")
    # They may have begun to follow since they asked.
    person = Subscriber.objects.filter(address_hash=enquiry.address_hash).first()
    if person is not None:
        return _link_to_list(person)
    return Content(template="nothing_held", address=address, values={})


def _announcement(email: OutgoingEmail) -> Content:
    subscriber, announcement = _subscriber_of(email), email.announcement
    if announcement is None:
        raise NotWanted("announcement deleted")
    rows = Subscription.objects.confirmed().filter(
        subscriber=subscriber, record_id=announcement.record_id
    )
    rows = rows.select_related("subscriber")
    if not announcement.is_for_everyone:
        rows = rows.filter(closings_only=False)
    subscription = rows.first()
    if subscription is None:
        raise NotWanted("no longer follows")
    return to_follower(announcement, subscriber.address, marks_of(subscription))


def marked(announcement: Announcement, marks: dict[str, str]) -> Content:
    """An announcement's mail with a mark wherever recipients differ."""
    return to_follower(announcement, "", marks)


def to_follower(
    announcement: Announcement, address: str, marks: dict[str, str]
) -> Content:
    values = announcement_values(announcement) | {
        "follows_since": marks["since"],
        "stop_url": stop_url(marks["stop_token"]),
        "manage_url": manage_url(marks["manage_token"]),
    }
    return Content(
        template=announcement.kind.lower(),
        address=address,
        values=values,
        texts=Texts(opening=announcement.opening, closing=announcement.closing),
        stop_url=values["stop_url"],
        list_id=f"job-{announcement.record_id}",
    )


@cache
def _day_and_month(day: dt.date) -> str:
    # The same few days for 100,000 followers.
    return formatting.day_and_month(day)


def marks_of(subscription: Subscription) -> dict[str, str]:
    """What stands in place of ``marked``'s marks for one follower."""
    if subscription.agreed_at is None:
        raise NotWanted("not confirmed")
    return {
        "since": _day_and_month(timezone.localdate(subscription.agreed_at)),
        "stop_token": subscription.token,
        "manage_token": tokens.manage_token(subscription.subscriber),
    }


def announcement_values(announcement: Announcement) -> dict[str, Any]:
    """What an announcement's mail says to everybody alike."""
    record: JobRecord = announcement.record
    facts, private = announcement.after, private_paths()
    now = clock.database_now()
    # By the facts: a job that was deleted has no page to ask.
    company = Company.objects.filter(pk=facts.get("company")).first()
    public = company if company and not company.is_confidential else None
    return {
        "kind": announcement.kind,
        "subject": announcement.subject,
        "heading": announcement.heading,
        **job_values(record, facts),
        "job_url": job_url(record.public_page(private)),
        "is_open": availability_of(record.page, now, private).is_open,
        "moment": announcement.created_at,
        "lines": announcement.lines,
        "note": announcement.note,
        "reason": facts["availability"]["reason"],
        "because": announcement.get_because_display(),
        "must_haves": wording.must_haves(facts.get("requirements") or {}),
        **_end_before(announcement),
        "corrects": announcement.corrects.created_at if announcement.corrects else None,
        "website": public.website if public else "",
        **_offered(record),
        "keep_until": announcement.created_at + retention.keep_followers(),
        "delete_on": announcement.created_at
        + retention.keep_followers()
        + retention.keep_addresses(),
    }


def _end_before(announcement: Announcement) -> dict[str, Any]:
    """When, and of what end, followers of a job that is open again were told."""
    last = None
    if announcement.kind == Announcement.Kind.OPEN_AGAIN:
        earlier = Announcement.objects.filter(
            record_id=announcement.record_id, version__lt=announcement.version
        )
        last = earlier.last_end()
    return {
        "ended_before": last.created_at if last else None,
        "was_taken_down": bool(last and last.kind == Announcement.Kind.TAKEN_DOWN),
    }


def _reminder(email: OutgoingEmail) -> Content:
    subscriber = _subscriber_of(email)
    subscription = email.subscriptions.select_related("record__page__company").first()
    if subscription is None or not subscription.is_confirmed:
        raise NotWanted("no longer follows")
    record, page = subscription.record, subscription.record.public_page()
    if not subscription.remind_before_closing:
        raise NotWanted("no longer asked for")
    if page is None or page.closes_at is None or not page.is_open:
        raise NotWanted("no longer closes")
    if page.closes_at - clock.database_now() > REMIND_BEFORE:
        # Unless it may have arrived already: then that was the one.
        raise NotWanted("told before") if email.uncertain else NotYet("closes later")
    values = {
        "title": page.title,
        "company_name": record.company_name,
        "place": record.place,
        "job_url": job_url(page),
        "weekday": formatting.weekday(page.closes_at),
        "closes_at": page.closes_at,
        "apply_ways": wording.apply({"url": page.apply_url, "email": page.apply_email}),
        "follows_since": marks_of(subscription)["since"],
        "stop_url": stop_url(subscription.token),
        "manage_url": manage_url(tokens.manage_token(subscriber)),
    }
    return Content(
        template="reminder",
        address=subscriber.address,
        values=values,
        stop_url=values["stop_url"],
        list_id=f"job-{record.pk}",
    )


def _closing_soon(email: OutgoingEmail) -> Content:
    user, record = email.user, email.record
    if user is None or not user.is_active or not user.email:
        raise NotWanted("nobody to write to")
    page = record.page if record else None
    if record is None or page is None or not page.live or not page.is_open:
        raise NotWanted("no longer closes")
    closes_on = timezone.localdate(page.closes_at) if page.closes_at else None
    if closes_on != closing_day_of(email):
        raise NotWanted("closes on another day")
    if not page.permissions_for_user(user).can_publish():
        raise NotWanted("may not publish it any more")
    return Content(
        template="closing_soon",
        address=addresses.validated(user.email),
        values=closing_soon_values(page),
    )


def closing_soon_values(page: JobPage) -> dict[str, Any]:
    """What a reminder to an editor says of a job that closes."""
    url = reverse("notifications_closing_soon", args=[page.pk])
    return {
        "title": page.title,
        "company_name": page.company_name,
        "closes_at": page.closes_at,
        "followers": followers_of(record_id=page.record.pk),
        "act_url": absolute(url),
        "job_url": job_url(page),
    }


def _offered(record: JobRecord) -> dict[str, Any]:
    """Up to three other open jobs, as a mail shows them, and whether all are similar."""
    offer = listed.similar_to(category_id=record.category_id, exclude=record.page_id)
    jobs = [
        {
            "title": job.title,
            "company_name": job.company_name,
            "place": job.place,
            "pay": job.pay_text,
            "closes": formatting.day(job.closes_at) if job.closes_at else "",
            "url": absolute(job.url),
        }
        for job in offer.jobs
    ]
    return {"offered": jobs, "are_similar": offer.are_similar}


def _new_follower(email: OutgoingEmail) -> Content:
    company = email.company
    if company is None or not company.email:
        raise NotWanted("company has no address")
    if company.notices == CompanyNotices.OFF:
        raise NotWanted("company wants no notices")
    rows = (
        Subscription.objects.confirmed()
        .filter(pk__in=email.subscriptions.all())
        .select_related("subscriber", "record__page")
        .order_by("confirmed_at", "pk")
    )
    private = private_paths()
    jobs: dict[int, dict[str, Any]] = {}
    for row in rows:
        job = jobs.setdefault(
            row.record_id,
            {
                "title": row.record.title,
                "url": job_url(row.record.public_page(private)),
                "new": 0,
                "addresses": [],
                "followers": followers_of(record_id=row.record_id),
            },
        )
        job["new"] += 1
        if row.share_address:
            job["addresses"].append(row.subscriber.address)
    if not jobs:
        raise NotWanted("nobody new follows any more")
    values = {
        "company_name": company.name,
        "jobs": list(jobs.values()),
        "new": sum(job["new"] for job in jobs.values()),
        "notices": company.notices,
        "notices_url": notices_url(company),
    }
    address = addresses.validated(company.email)
    return Content(template="new_follower", address=address, values=values)


CONTENT: dict[str, Callable[[OutgoingEmail], Content]] = {
    Kind.CONFIRM: _confirm,
    Kind.ALREADY: _already_following,
    Kind.MANAGE_LINK: _manage_link,
    Kind.ANNOUNCEMENT: _announcement,
    Kind.REMINDER: _reminder,
    Kind.NEW_FOLLOWER: _new_follower,
    Kind.CLOSING_SOON: _closing_soon,
}
