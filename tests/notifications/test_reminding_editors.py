"""Before a job closes, whoever answers for it is asked to extend or close it."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from jobs import formatting
from jobs.models import JobPage, JobRecord
from jobs.services import close_job, extend_closing_date
from notifications import ticking
from notifications.models import AnnouncementSettings, OutgoingEmail
from notifications.reminding_editors import owe_editors
from tests.factories import (
    edit,
    in_days,
    make_draft,
    make_job,
    make_jobs,
    make_subscription,
    make_user,
)
from tests.notifications.conftest import TITLE, Staff
from tests.notifications.reading import squeezed

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(db):
    return Staff("Job publishers", email="publisher@board.example")


@pytest.fixture
def job(publisher, worker):
    """A job that a publisher wrote and published; it closes in ten days."""
    job = make_job(title=TITLE, closes_at=in_days(10), user=publisher.user)
    make_subscription(job=job)
    worker.run()
    return owned_by(job, publisher.user)


def lock(job):
    JobPage.objects.filter(pk=job.pk).update(locked=True)


def schedule(job):
    edit(job, title="Next Monday", go_live_at=in_days(1))


def ask_for_review(job):
    edit(job, title="Is this right?", publish=False)
    job.get_workflow().start(JobPage.objects.get(pk=job.pk), make_user("Job editors"))


#: What keeps a site owner from changing a job.
LOCKS = {"locked": lock, "scheduled": schedule, "in review": ask_for_review}


def owned_by(job, user):
    Page.objects.filter(pk=job.pk).update(owner=user)
    return JobPage.objects.get(pk=job.pk)


@pytest.fixture
def look(worker):
    """Let time pass; answers to whom reminders went since."""

    def look(**time):
        mail.outbox.clear()
        worker.wait(**time)
        owe_editors()
        worker.run()
        return [m.to[0] for m in mail.outbox if m.subject.startswith("Closes ")]

    return look


class TestWhen:
    def test_five_days_before_and_once(self, job, look):
        assert look(days=4, hours=23) == []
        assert look(days=0, hours=2) == ["publisher@board.example"]
        assert look(days=1) == []

    def test_as_long_before_as_the_board_says(self, job, look):
        AnnouncementSettings.objects.update(remind_editors_days=8)

        assert look(days=2, minutes=1) == ["publisher@board.example"]

    def test_never_if_the_board_says_so(self, job, look):
        AnnouncementSettings.objects.update(remind_editors_days=0)

        assert look(days=9) == []

    def test_again_before_the_day_to_which_it_was_extended(self, job, look):
        look(days=6)
        extend_closing_date(page_id=job.pk, closes_at=in_days(20))

        assert look(days=1) == []
        assert look(days=9) == ["publisher@board.example"]

    def test_not_for_a_date_that_moved_away_before_it_was_sent(self, job, worker):
        worker.wait(days=6)
        owe_editors()
        extend_closing_date(page_id=job.pk, closes_at=in_days(30))
        mail.outbox.clear()

        worker.run()

        assert not [m for m in mail.outbox if m.subject.startswith("Closes ")]
        [email] = OutgoingEmail.objects.filter(kind="CLOSING_SOON")
        assert (email.state, email.last_code) == ("SKIPPED", "closes on another day")

    def test_not_once_it_is_closed(self, job, look):
        close_job(page_id=job.pk, reason="FILLED")

        assert look(days=6) == []

    def test_not_for_a_draft(self, publisher, look):
        owned_by(make_draft(closes_at=in_days(2)), publisher.user)

        assert look() == []


class TestWhom:
    def test_the_author_before_others_who_published_it(self, job, look):
        edit(job, pay_max=29000, user=make_user("Job publishers"))

        assert look(days=6) == ["publisher@board.example"]

    def test_who_published_it_if_the_author_may_not(self, job, look):
        owned_by(job, make_user("Job editors"))

        assert look(days=6) == ["publisher@board.example"]

    def test_the_last_of_several_who_published_it(self, job, look):
        edit(job, pay_max=29000, user=make_user("Job publishers", email="b@x.example"))
        owned_by(job, None)

        assert look(days=6) == ["b@x.example"]

    @pytest.mark.parametrize(
        "change",
        [
            lambda user: user.groups.clear(),
            lambda user: type(user).objects.filter(pk=user.pk).update(is_active=False),
            lambda user: type(user).objects.filter(pk=user.pk).update(email=""),
        ],
        ids=["lost the right", "left", "has no address"],
    )
    def test_nobody_who_cannot_act(self, change, job, publisher, look):
        change(publisher.user)

        assert look(days=6) == []
        assert not OutgoingEmail.objects.filter(kind="CLOSING_SOON").exists()

    def test_nobody_who_lost_the_right_since_it_was_owed(self, job, publisher, worker):
        worker.wait(days=6)
        owe_editors()
        publisher.user.groups.clear()

        worker.run()

        [email] = OutgoingEmail.objects.filter(kind="CLOSING_SOON")
        assert email.last_code == "may not publish it any more"

    def test_a_right_elsewhere_is_none_here(self, job, publisher, look):
        Group.objects.get(name="Job publishers").page_permissions.update(
            page=make_draft()
        )

        assert look(days=6) == []


class TestOwing:
    def test_is_remembered_until_the_day_has_passed(self, job, look, worker, settings):
        settings.KEEP_EMAILS_DAYS = 1
        assert look(days=5, hours=1) == ["publisher@board.example"]
        for _ in range(4):
            worker.wait(days=1)
            ticking.purge_old_emails()
            assert look() == []
        assert OutgoingEmail.objects.filter(kind="CLOSING_SOON").exists()

        worker.wait(days=2)
        ticking.purge_old_emails()

        assert not OutgoingEmail.objects.filter(kind="CLOSING_SOON").exists()

    def test_is_a_step_of_the_tick(self):
        assert owe_editors in ticking.STEPS

    def test_costs_the_same_for_one_job_and_for_thirty(self, worker):
        owner = make_user()
        costs = []
        for count in (1, 30):
            jobs = make_jobs(count, closes_at=in_days(2), owner=owner)
            for job in jobs:
                JobRecord.for_page(job)
            with CaptureQueriesContext(connection) as captured:
                assert owe_editors() == count
            costs.append(len(captured))

        assert costs[0] == costs[1]


class TestTheEmail:
    def test_says_when_how_many_follow_and_where_to_act(self, job, look):
        look(days=6)

        [message] = [m for m in mail.outbox if m.subject.startswith("Closes ")]
        assert message.subject.endswith(f": {TITLE}")
        text = squeezed(message.body)
        assert "1 person follows it." in text
        assert reverse("notifications_closing_soon", args=[job.pk]) in message.body
        assert "You get this because you wrote or published this job" in text
        assert "Stop following" not in text

    def test_says_that_nobody_follows(self, job, look):
        job.record.subscriptions.all().delete()
        look(days=6)

        [message] = [m for m in mail.outbox if m.subject.startswith("Closes ")]
        text = squeezed(message.body)
        assert "Nobody follows it." in text
        assert "Close it as filled. The page asks first." in text

    def test_is_in_the_log_with_its_job(self, job, look, publisher):
        look(days=6)

        text = squeezed(Staff().get("/admin/email-log/").content.decode())

        assert "Reminder to an editor" in text
        assert str(publisher.user) in text


class TestThePage:
    @pytest.fixture
    def url(self, job):
        return reverse("notifications_closing_soon", args=[job.pk])

    def test_looking_changes_nothing(self, url, publisher):
        before = JobPage.objects.values().get()

        text = squeezed(publisher.get(url).content.decode())

        assert "1 follower will be told." in text
        assert JobPage.objects.values().get() == before

    def test_extends_by_a_week_with_one_click(self, url, job, publisher):
        form = publisher.get(url).context["form"]
        until = form["until"].value()

        response = publisher.post(url, {"until": until, "note": "We wait & see."})

        assert response.url == reverse("wagtailadmin_pages:edit", args=[job.pk])
        closes_at = JobPage.objects.get().closes_at
        assert (closes_at - job.closes_at).days == 7

    def test_refuses_an_earlier_day(self, url, job, publisher):
        response = publisher.post(url, {"until": in_days(3).date().isoformat()})

        assert "Choose a later day" in response.content.decode()
        assert JobPage.objects.get().closes_at == job.closes_at

    def test_is_for_those_who_may_publish(self, url, job):
        for group in ("Job editors", "Subscriber support"):
            stranger = Staff(group)
            assert stranger.get(url).status_code == 302
            stranger.post(url, {"until": in_days(40).date().isoformat()})

        assert JobPage.objects.get().closes_at == job.closes_at

    def test_leads_to_the_editor_once_the_job_is_closed(self, url, job, publisher):
        close_job(page_id=job.pk, reason="FILLED")

        response = publisher.get(url, follow=True)

        [(to, _status)] = response.redirect_chain
        assert to == reverse("wagtailadmin_pages:edit", args=[job.pk])
        assert "This job is closed already." in response.content.decode()


class TestTheFrontPage:
    def text(self, client):
        return squeezed(client.get(reverse("wagtailadmin_home")).content.decode())

    def test_lists_what_closes_soon_for_those_who_may_act(self, publisher, worker):
        job = make_job(title=TITLE, closes_at=in_days(2))
        make_job(title="Later & elsewhere", closes_at=in_days(9))

        text = self.text(publisher)

        assert "Closing within 5 days" in text
        assert "Extend or close" in text
        assert "Later &amp; elsewhere" not in text.partition("Closing within")[2]
        assert "Closing within" not in self.text(Staff("Job editors"))
        url = reverse("notifications_closing_soon", args=[job.pk])
        assert url in publisher.get(reverse("wagtailadmin_home")).content.decode()

    def test_leads_to_all_of_them_when_there_are_more(self, publisher):
        AnnouncementSettings.objects.update(remind_editors_days=20)
        for _ in range(6):
            make_job(closes_at=in_days(15))
        make_job(title="Later", closes_at=in_days(30))

        home = publisher.get(reverse("wagtailadmin_home"))
        section = BeautifulSoup(home.content, "html.parser").find(
            "section", {"aria-labelledby": "closing-soon-heading"}
        )
        link = section.find_all("a")[-1]

        assert "Closing within 20 days" in section.text
        assert link.text == f"All that close up to {formatting.day(in_days(20))}"
        assert publisher.get(link["href"]).context["paginator"].count == 6

    @pytest.mark.parametrize("lock", LOCKS)
    def test_offers_nothing_where_a_lock_would_refuse_it(self, lock):
        job = make_job(title=TITLE, closes_at=in_days(2))
        LOCKS[lock](job)
        url = reverse("notifications_closing_soon", args=[job.pk])
        owner = Staff("Site owners")

        html = owner.get(reverse("wagtailadmin_home")).content.decode()

        assert owner.get(url).status_code == 302
        assert url not in html
        assert TITLE.replace("&", "&amp;") in html
