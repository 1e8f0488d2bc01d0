"""What each mail says, to the word where the word matters, in both its parts."""

import datetime as dt
import re

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core import mail
from wagtail.models import PageViewRestriction

from jobs.models import BoardSettings, Company, JobPage
from jobs.services import close_job, reopen_job
from notifications import previews, reconciling, services
from notifications.models import Announcement, OutgoingEmail
from subscriptions import services as subscriptions
from tests.factories import (
    edit,
    follow,
    make_category,
    make_company,
    make_job,
    make_private,
    make_subscription,
)
from tests.notifications.conftest import TITLE
from tests.notifications.reading import links_of, says, words_of

READER = "Reader.1+jobs@example.org"
TUESDAY = dt.datetime(2026, 6, 9, 13, 32, tzinfo=dt.UTC)
CLOSES = dt.datetime(2026, 6, 12, 22, 59, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def company(db):
    BoardSettings.objects.update(
        name="Marlhaven Jobs",
        contact_address="desk@board.example",
        postal_address="1 Quay & Dock, Marlhaven",
    )
    return make_company(name="Crumb & Co", email="", website="https://crumb.example/")


@pytest.fixture
def job(company, worker):
    """A job that one person follows, who knows its facts."""
    job = make_job(
        title=TITLE,
        company=company,
        category=make_category(),
        pay_min=24500,
        pay_max=None,
        closes_at=CLOSES,
        requirements=["Own bicycle", "German at C1", "Three years in a kitchen"],
    )
    make_subscription(job=job, email=READER)
    worker.run()
    return job


@pytest.fixture
def mailed(worker):
    """Let the window pass; answers the one mail that went out since."""

    def mailed():
        mail.outbox.clear()
        worker.run(minutes=11)
        [message] = mail.outbox
        assert message.to == [READER]
        return message

    return mailed


def test_a_change_names_exactly_what_changed(job, mailed):
    job = job.get_latest_revision_as_object()
    job.pay_min = 26000
    job.closes_at = CLOSES + dt.timedelta(days=7)
    bicycle, _german, kitchen = job.requirements.all()
    kitchen.text = "Two years in a kitchen"
    licence = type(kitchen)(text="Full driving licence", kind="MUST")
    job.requirements = [bicycle, kitchen, licence]
    job.change_note = 'The store moves in May, so we can wait "a week" & more.'
    job.save_revision().publish()

    message = mailed()

    assert message.subject == f"5 changes: {TITLE}"
    assert message.body.startswith(
        """Bread & Butter Baker, Crumb & Co
Tuesday 9 June, 14:43

Pay changed
  from £24,500 a year
  to   £26,000 a year
Requirements
  Added (must have): Full driving licence
  Removed: German at C1
  Changed: "Three years in a kitchen" is now "Two years in a kitchen"
Closing date changed
  from Fri 12 June, 23:59
  to   Fri 19 June, 23:59

From the editor: "The store moves in May, so we can wait "a week" & more."

The job is still open. See it: http://testserver/jobs/bread-butter-baker/
"""
    )
    assert "Own bicycle" not in message.body
    says(
        message,
        "£24,500 a year",
        "£26,000 a year",
        "Full driving licence",
        "German at C1",
        "Two years in a kitchen",
        "Fri 19 June, 23:59",
        'so we can wait "a week" & more.',
    )
    assert "Own bicycle" not in words_of(message)


def test_a_change_keeps_the_direction_of_each_text_to_itself(job, mailed):
    reword = {"Own bicycle": "\u202eOwn boat"}
    edit(job, reword=reword, locations=["\u05d0\u202e"])

    body = BeautifulSoup(mailed().alternatives[0].content, "html.parser").body

    turned = body.select_one(".rows").find_all(string=re.compile("[\u202e\u05d0]"))
    assert len(turned) == 2
    assert {text.parent.name for text in turned} == {"bdi"}


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ({"pay_min": 26000}, "Pay changed"),
        (
            {"pay_min": 26000, "closes_at": CLOSES + dt.timedelta(days=7)},
            "Pay and closing date changed",
        ),
        ({"locations": ["Port Sable"]}, "Place changed"),
        ({"workplace": "HYBRID"}, "Workplace changed"),
        ({"employment_type": "PART_TIME"}, "Type changed"),
        ({"apply_email": "hiring@crumb.example"}, "How to apply changed"),
        ({"category": None}, "Field changed"),
        (
            {"pay_min": 26000, "workplace": "HYBRID", "employment_type": "PART_TIME"},
            "3 changes",
        ),
    ],
)
def test_the_subject_names_the_change(fields, subject, job, mailed):
    edit(job, **fields)

    assert mailed().subject == f"{subject}: {TITLE}"


def test_a_mail_says_why_it_came_and_how_to_stop_it(job, mailed):
    edit(job, pay_min=26000)

    message = mailed()

    says(
        message,
        "You get this because you agreed on 8 June to follow this job.",
        "Stop following this job",
        "Everything you follow",
        "Marlhaven Jobs, 1 Quay & Dock, Marlhaven.",
    )
    token = job.record.subscriptions.get().token
    assert f"http://testserver/subscriptions/unsubscribe/{token}/" in links_of(message)


def test_every_link_is_absolute_and_on_this_site(job, worker, company):
    other = make_job(title="Oven & Floor Cleaner", company=company)
    edit(job, pay_min=26000)
    worker.run(minutes=11)
    close_job(page_id=job.pk, reason="FILLED")
    worker.run(minutes=11)
    subscriptions.subscribe(email="new@example.org", record=other.record)
    subscriptions.request_manage_link(email=READER)
    worker.run()

    assert len(mail.outbox) == 4
    for message in mail.outbox:
        for link in links_of(message):
            assert link.startswith(("http://testserver/", "mailto:"))


def test_the_address_of_the_site_is_a_setting(job, mailed, settings):
    settings.SITE_URL = "https://jobs.marlhaven.example"
    edit(job, pay_min=26000)

    assert not [link for link in links_of(mailed()) if "testserver" in link]


class TestEndings:
    def test_filled(self, job, mailed, company):
        make_job(title="Oven & Floor Cleaner", company=company, category=job.category)
        close_job(page_id=job.pk, reason="FILLED", note="Thank you & goodbye.")

        message = mailed()

        assert message.subject == f"Filled: {TITLE}"
        says(
            message,
            "Bread & Butter Baker at Crumb & Co has been filled.",
            "Thank you & goodbye.",
            "Similar and open",
            "Oven & Floor Cleaner",
            "You need do nothing. If it opens again before 9 July, we tell you.",
            "we delete your address on 6 August.",
        )

    def test_cancelled(self, job, mailed):
        close_job(page_id=job.pk, reason="CANCELLED")

        message = mailed()
        assert message.subject == f"Cancelled: {TITLE}"
        says(message, "Bread & Butter Baker at Crumb & Co has been cancelled.")

    def test_closing_date(self, job, worker):
        worker.wait(days=3, hours=10)
        reconciling.reconcile()
        worker.run()

        [message] = mail.outbox
        assert message.subject == f"Closed: {TITLE}"
        says(message, "closed for applications on Fri 12 June at 23:59.")

    def test_unpublished(self, job, mailed):
        job.unpublish()

        message = mailed()
        assert message.subject == f"Taken down: {TITLE}"
        says(
            message,
            "Crumb & Co’s job Bread & Butter Baker is no longer on Marlhaven Jobs.",
            "It was taken down on Tue 9 June.",
            "We do not know more than this.",
            "If you had applied, ask Crumb & Co: https://crumb.example/",
            "If it comes back before 9 July, we tell you.",
        )
        assert "http://testserver/jobs/bread-butter-baker/" not in links_of(message)

    def test_expired(self, job, mailed):
        JobPage.objects.update(live=False, expired=True)
        reconciling.reconcile()

        says(mailed(), "It was taken down on Tue 9 June, as planned.")

    def test_deleted(self, job, mailed):
        job.delete()

        message = mailed()
        assert message.subject == f"Taken down: {TITLE}"
        says(
            message,
            "Crumb & Co’s job Bread & Butter Baker is no longer on Marlhaven Jobs.",
            "If you had applied, ask Crumb & Co: https://crumb.example/",
            "This was our last email about it.",
        )
        assert "If it comes back" not in message.body

    def test_private(self, job, mailed):
        PageViewRestriction.objects.create(
            page_id=job.pk, restriction_type=PageViewRestriction.LOGIN
        )
        reconciling.reconcile()

        message = mailed()
        assert message.subject == f"Taken down: {TITLE}"
        assert "http://testserver/jobs/bread-butter-baker/" not in links_of(message)

    def test_news_of_one_that_is_private_when_it_leaves_has_no_link(self, job, worker):
        edit(job, pay_min=26000)
        worker.wait(minutes=11)
        services.announce_next()
        make_private(job)
        mail.outbox.clear()
        worker.run()

        [message] = mail.outbox
        assert message.subject == f"Pay changed: {TITLE}"
        assert "still open" not in message.body
        assert "http://testserver/jobs/bread-butter-baker/" not in links_of(message)

    def test_a_confidential_company_stays_so(self, job, mailed):
        Company.objects.update(is_confidential=True)
        edit(job)
        JobPage.objects.get().unpublish()

        message = mailed()
        both = message.body + message.alternatives[0].content
        assert "Crumb" not in both
        assert "crumb.example" not in both

    def test_open_again(self, job, worker, mailed):
        close_job(page_id=job.pk, reason="FILLED")
        worker.run(minutes=11)
        edit(JobPage.objects.get(), pay_min=26000)
        reopen_job(page_id=job.pk)

        message = mailed()

        assert message.subject == f"Open again: {TITLE}"
        says(message, "You followed this job until applications closed on ")
        says(message, "It is open again, until Fri 12 June, 23:59. Since then:")
        says(message, "£26,000 a year")
        assert "http://testserver/jobs/bread-butter-baker/" in links_of(message)

    def test_open_again_after_it_was_taken_down(self, job, worker, mailed):
        job.unpublish()
        worker.run(minutes=11)
        edit(JobPage.objects.get())

        message = mailed()

        assert message.subject == f"Open again: {TITLE}"
        says(message, "You followed this job until it was taken down on ")
        assert "applications closed" not in message.body

    def test_open_again_after_an_end_that_nobody_was_told_of(self, job, worker, mailed):
        close_job(page_id=job.pk, reason="FILLED")
        worker.run(minutes=11)
        reopen_job(page_id=job.pk)
        worker.run(minutes=11)
        JobPage.objects.update(closed_reason="CANCELLED")
        reconciling.accept()
        mail.outbox.clear()
        reopen_job(page_id=job.pk)

        message = mailed()

        assert message.subject == f"Open again: {TITLE}"
        says(message, "It is open again, until Fri 12 June, 23:59.")
        assert "You followed this job until" not in message.body

    def test_similar_jobs_are_three_at_most_open_and_not_the_job_itself(
        self, job, mailed, company
    ):
        for number in range(4):
            make_job(title=f"Baker & {number}", company=company, category=job.category)
        make_job(title="Closed already", closed_reason="FILLED")
        close_job(page_id=job.pk, reason="FILLED")

        message = mailed()
        assert message.body.count("Baker & ") == 3
        assert "Closed already" not in message.body
        assert message.body.count(TITLE) == 1

    def test_jobs_of_another_field_are_not_called_similar(self, job, mailed, company):
        make_job(title="Nurse & midwife", company=company)
        close_job(page_id=job.pk, reason="FILLED")

        message = mailed()

        says(message, "Open now", "Nurse & midwife")
        assert "Similar" not in message.body


class TestFollowing:
    @pytest.fixture
    def told(self, worker):
        def told():
            mail.outbox.clear()
            worker.run(hours=1)
            [message] = mail.outbox
            return message

        return told

    def test_confirm(self, job, told):
        subscriptions.subscribe(email="new@example.org", record=job.record)

        message = told()
        assert message.subject == f"Confirm that you follow {TITLE}"
        says(
            message,
            "Someone, we hope you, asked us to tell this address about changes to "
            "Bread & Butter Baker at Crumb & Co.",
            "Not you? Do nothing. We delete the request on Tue 16 June and will not "
            "write again about it.",
        )
        [link] = {x for x in links_of(message) if "/confirm/" in x}
        token = link.rstrip("/").rpartition("/")[2]
        [subscription] = subscriptions.waiting(token=token)
        assert subscription.subscriber.address == "new@example.org"

    def test_already_following(self, job, told):
        subscriptions.subscribe(email=READER, record=job.record)

        message = told()
        assert message.subject == f"You already follow {TITLE}"
        says(message, "You asked again")
        assert [x for x in links_of(message) if "/manage/" in x]
        assert not [x for x in links_of(message) if "/confirm/" in x]

    def test_new_follower(self, job, told, company):
        Company.objects.update(email="hiring@crumb.example")
        follow(job, "shares@example.org", share_address=True)
        OutgoingEmail.objects.filter(kind="CONFIRM").delete()

        message = told()
        assert message.to == ["hiring@crumb.example"]
        assert message.subject == f"New follower: {TITLE}"
        says(
            message,
            "Somebody now follows Bread & Butter Baker on Marlhaven Jobs.",
            "2 people follow it in all.",
            "shares@example.org",
            "There is nothing that you need to do.",
            "You get this because Crumb & Co named this address for its jobs.",
        )
        assert READER not in message.body + message.alternatives[0].content


def test_a_preview_holds_no_working_link(job, worker):
    edit(job, pay_min=26000)
    worker.wait(minutes=11)
    assert services.announce_next()

    preview = previews.preview_announcement(Announcement.objects.get())

    assert preview.subject == f"Pay changed: {TITLE}"
    token = job.record.subscriptions.get().token
    for part in (preview.text, preview.html):
        assert "£26,000 a year" in part
        assert token not in part
        assert "example.org" not in part
