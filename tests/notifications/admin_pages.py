"""Every page of the admin that is ours, on a board where each has something to show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any

from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log

from home.models import HomePage, StandardPage
from jobs.models import JobIndexPage, JobPage, JobRecord
from jobs.services import close_job
from notifications import services
from notifications.correcting import correct
from notifications.models import (
    AnnouncedState,
    Announcement,
    EmailText,
    OutgoingEmail,
    Suppression,
)
from subscriptions.models import Subscriber
from tests.factories import (
    edit,
    in_days,
    make_category,
    make_company,
    make_draft,
    make_image,
    make_job,
    make_jobs,
    make_subscriber,
    make_subscription,
    make_user,
)
from tests.notifications.admin_urls import our_addresses, our_page_actions, our_settings

READER = "reader.of.all@example.org"
#: Wagtail's pages of a job on which we say something, or which say something of ours.
OF_A_JOB = (
    "copy",
    "delete",
    "edit",
    "history",
    "unpublish",
    "usage",
    "workflow_history",
)
#: Addresses that show no page of their own: parts of others, what only takes a POST,
#: and what is refused or leads elsewhere.
NO_PAGES = (
    "*_results",
    "wagtailsnippetchoosers_*",
    "notifications_cancel",
    "notifications_followers_panel",
    "notifications_give_up",
    "notifications_go_on",
    "notifications_pause",
    "notifications_send_now",
    "support_block_unknown",
    "support_download",
    "support_resend_*",
    "support_send_link",
    "email-log_modeladmin_[ced]*",
    "jobs_listing:choose_parent",
    "wagtailsnippets_jobs_company:delete",
    "wagtailsnippets_subscriptions_*:delete",
    "wagtailsnippets_subscriptions_*:edit",
    "wagtailsnippets_subscriptions_*:usage",
    "wagtailsnippets_subscriptions_subscriber:add",
    "wagtailsnippets_subscriptions_subscriber:history",
)


def furnish(deliver: Callable[[], Any]) -> JobPage:
    """A job that was followed, told, edited again, which waits, and again in a draft."""
    job = make_job(
        title="Night baker & confectioner",
        category=make_category(),
        closes_at=in_days(3),
        user=make_user("Job publishers"),
    )
    make_image()
    EmailText.objects.create(kind="CHANGED", opening="Dear reader of {title},")
    make_subscription(job=job, email=READER)
    deliver()
    edit(job, pay_max=29000)
    AnnouncedState.objects.update(due_at=timezone.now() - dt.timedelta(seconds=1))
    deliver()
    make_subscription(job=job, email="asked@example.org", confirmed=False)
    edit(JobPage.objects.get(), pay_max=29500)
    edit(JobPage.objects.get(), workplace="HYBRID", publish=False)
    return JobPage.objects.get()


def panels(deliver: Callable[[], Any]) -> dict[str, JobPage]:
    """Jobs that are followed, each with its panel of followers in another state.

    The job of ``furnish`` has what waits, what was told before and a draft.
    """
    fields = {"company": make_company(), "closes_at": in_days(30)}
    found = {"never published": make_draft(title="Never published", **fields)}
    for name in ("same", "wording", "silenced", "cancelled", "sent", "corrected"):
        found[name] = make_job(title=name.capitalize(), **fields)
    for name in ("parked", "closed", "taken down"):
        found[name] = make_job(title=name.capitalize(), **fields)
    publisher = make_user("Job publishers")
    for name, job in found.items():
        if job.live:
            make_subscription(job=job, email=f"{name.replace(' ', '.')}@example.org")
    deliver()
    edit(found["wording"], summary="Bakes all night.", publish=False)
    silently = {"tell_followers": "DO_NOT_SEND", "publish": False}
    edit(found["silenced"], pay_max=29000, **silently)
    for name in ("cancelled", "sent", "corrected", "parked"):
        edit(found[name], pay_max=29000)
    close_job(page_id=found["closed"].pk, reason="FILLED")
    found["taken down"].unpublish()
    states = AnnouncedState.objects
    services.cancel(
        state_id=states.get(record=found["cancelled"].record).pk, user=publisher
    )
    now = timezone.now()
    states.filter(due_at__isnull=False).update(due_at=now - dt.timedelta(seconds=1))
    deliver()
    wrong = Announcement.objects.get(record=found["corrected"].record)
    correct(announcement_id=wrong.pk, note="It is less.", user=publisher)
    deliver()
    Announcement.objects.filter(record=found["parked"].record).update(
        state=Announcement.State.PARKED
    )
    return {name: JobPage.objects.get(pk=job.pk) for name, job in found.items()}


def crowd(job: JobPage, count: int) -> None:
    """So many more of all that our pages list, and so much more of ``job`` and READER.

    Jobs of companies and fields of their own that close soon, half of them drafts or
    closed, each followed, told and with news waiting; ``job`` is told as often, and
    has as many more followers; READER follows all, and was written to about each.
    """
    now, first = timezone.now(), JobRecord.objects.count()
    publisher = make_user("Job publishers")
    reader = Subscriber.objects.get(address=READER)
    jobs = list(make_jobs(count, closes_at=in_days(3)))
    records = JobRecord.objects.bulk_create(
        JobRecord(page=page, title=page.title, company_name="Crumb") for page in jobs
    )
    for record in records:
        services.ensure_state(record_id=record.pk)
    made = JobPage.objects.filter(pk__in=[page.pk for page in jobs])
    made.update(pay_max=31000)
    made.filter(pk__in=[page.pk for page in jobs[::5]]).update(live=False)
    made.filter(pk__in=[page.pk for page in jobs[::4]]).update(closed_reason="FILLED")
    AnnouncedState.objects.update(due_at=now + dt.timedelta(minutes=5))
    for number, record in enumerate(records, start=first):
        category = make_category(name=f"Field {number}")
        made.filter(pk=record.page_id).update(category=category)
        person = make_subscriber(f"crowd{number}@example.org")
        told = make_announcement(record, version=1)
        make_announcement(job.record, version=number + 10)
        for someone in (person, reader):
            make_subscription(record=record, email=someone.address)
            make_email(f"{number}:{someone.pk}", told, someone, days_ago=number % 25)
        make_subscription(job=job, email=person.address)
        log(instance=job, action="wagtail.publish", user=publisher)
        Suppression.objects.create(address_hash=f"{number}", reason="BLOCKED")


def make_announcement(record: JobRecord, *, version: int) -> Announcement:
    now = timezone.now()
    return Announcement.objects.create(
        record=record,
        version=version,
        kind=Announcement.Kind.CHANGED,
        state=Announcement.State.DONE,
        before={},
        after={},
        subject=f"Pay changed: {record.title}",
        created_at=now,
        finished_at=now,
        expires_at=now + dt.timedelta(days=7),
        planned=1,
        sent=1,
    )


def make_email(
    key: str, told: Announcement, person: Subscriber, *, days_ago: int
) -> None:
    now = timezone.now() - dt.timedelta(days=days_ago)
    email = OutgoingEmail.objects.create(
        kind=OutgoingEmail.Kind.ANNOUNCEMENT,
        key=key,
        announcement=told,
        subscriber=person,
        state=OutgoingEmail.State.SENT,
        due_at=now,
        sent_at=now,
        last_code="250 2.0.0",
    )
    email.subscriptions.add(person.subscriptions.latest("pk"))
    email.failures.create(made_at=now, answer="450 4.2.0")


def samples_of(job: JobPage) -> dict[str, dict[str, Any]]:
    """What fills in our addresses: for each beginning of names its parameters."""
    announcement = Announcement.objects.filter(record=job.record).earliest("pk")
    subscription = job.record.subscriptions.earliest("pk")
    person = {"pk": subscription.subscriber.pk}
    company, category = {"pk": job.company.pk}, {"pk": job.category.pk}
    email = OutgoingEmail.objects.filter(announcement=announcement).earliest("pk")
    return {
        "notifications_": {
            "pk": announcement.pk,
            "state_id": job.record.announced_state.pk,
            "page_id": job.pk,
            "kind": "changed",
        },
        "support_": {"pk": subscription.pk, "announcement_pk": announcement.pk},
        "support_send_link": person,
        "support_download": person,
        "support_act": person | {"act": "stop-all"},
        "email-log_": {"instance_pk": email.pk},
        "wagtailsnippets_jobs_company": company,
        "wagtailsnippets_jobs_jobcategory": category,
        "wagtailsnippetchoosers_jobs_company": company,
        "wagtailsnippetchoosers_jobs_jobcategory": category,
        "wagtailsnippets_subscriptions_subscriber": person,
        "wagtailsnippets_subscriptions_subscription": {"pk": subscription.pk},
    }


def every_page(job: JobPage) -> dict[str, str]:
    """The path of each, by its name: our own, and Wagtail's where they speak of ours."""
    samples = samples_of(job)
    return {
        "front page": reverse("wagtailadmin_home"),
        **{address.name: address.path(samples) for address in our_addresses()},
        **{f"settings {row._meta.label}": _settings(row) for row in our_settings()},
        **{f"job: {name}": _of_page(name, job) for name in OF_A_JOB},
        "job: add": reverse(
            "wagtailadmin_pages:add", args=["jobs", "jobpage", job.get_parent().pk]
        ),
        **{
            f"{model._meta.verbose_name}: {name}": _of_page(name, model.objects.get())
            for model in (HomePage, JobIndexPage)
            for name in ("edit", "unpublish", "delete")
        },
        "page: edit": _of_page("edit", StandardPage.objects.first()),
        **{f"bulk: {name}": bulk_path(name, [job]) for name in our_page_actions()},
    }


def is_a_page(name: str) -> bool:
    return not any(fnmatch(name, pattern) for pattern in NO_PAGES)


def bulk_path(action: str, jobs: Any) -> str:
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    return f"{url}?{'&'.join(f'id={job.pk}' for job in jobs)}&next=/admin/"


def _settings(model: Any) -> str:
    names = [model._meta.app_label, model._meta.model_name]
    return reverse("wagtailsettings:edit", args=[*names, model.load().pk])


def _of_page(name: str, page: Any) -> str:
    return reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
