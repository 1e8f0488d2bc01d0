"""The town that `manage.py demo` makes, renews and repairs."""

import datetime as dt
import itertools
import re
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core import mail
from django.core.management import CommandError
from django.db.models import F
from django.utils import timezone
from wagtail.models import Page, TaskState

from jobs.choices import CompanyNotices
from jobs.formatting import news_line
from jobs.models import BoardSettings, Company, JobPage
from jobs.warnings import warnings_of
from jobsite.demo.jobs_town import JOBS
from jobsite.demo.people import PEOPLE, address
from notifications.models import (
    AnnouncedState,
    Announcement,
    OutgoingEmail,
    Suppression,
)
from subscriptions.models import EndedReason, Subscriber, Subscription
from tests.factories import edit, follow
from tests.jobs.markup import check, posting_in

STORY = "Collections assistant"
EXAMPLE = re.compile(r"@([\w-]+\.)*example(\.org)?$")


class TestDemo:
    def test_says_one_line(self, town):
        assert town.run().count("\n") == 1

    def test_refuses_to_run_where_it_is_not_allowed(self, town, settings):
        settings.DEMO = False

        with pytest.raises(CommandError, match="development"):
            town.run()

    def test_doubles_nothing_when_it_runs_again(self, town):
        before = town.counts()

        town.run()

        assert town.counts() == before

    def test_leaves_no_mail_to_send(self, town):
        town.run()

        assert not OutgoingEmail.objects.queued().exists()

    def test_says_how_each_email_was_tried(self, town):
        tried = OutgoingEmail.objects.filter(state__in=["SENT", "FAILED"])

        assert not tried.filter(attempts=0).exists()
        assert not tried.filter(sent_at__lt=F("created_at")).exists()

    def test_gives_the_worker_nothing_to_send(self, town):
        town.deliver()

        assert mail.outbox == []

    def test_leaves_a_healthy_tree(self, town):
        assert Page.find_problems() == ([], [], [], [], [])

    def test_leaves_nothing_to_reconcile(self, town):
        assert town.differing() == []

    def test_knows_no_address_that_anybody_could_have(self, town):
        found = [
            *Subscriber.objects.values_list("address", flat=True),
            *Company.objects.values_list("email", flat=True),
            *JobPage.objects.exclude(apply_email="").values_list(
                "apply_email", flat=True
            ),
            BoardSettings.load().contact_address,
        ]

        assert [x for x in found if not EXAMPLE.search(x)] == []
        assert Subscriber.objects.exclude(address__endswith="@example.org").count() == 0


class TestTownsJobs:
    @pytest.mark.parametrize(
        ("title", "is_true"),
        [
            ("Night baker", lambda x: x.pay_period == "HOUR"),
            ("Hospital porter", lambda x: x.pay_period == "YEAR"),
            ("Volunteer room guide", lambda x: x.pay_text == ""),
            ("Community physiotherapist", lambda x: x.locations.count() == 4),
            ("Timetable planner", lambda x: x.workplace == "HYBRID"),
            (
                "Backend developer, tide tables",
                lambda x: x.place == "Remote in the United Kingdom or Ireland",
            ),
            ("Night baker", lambda x: x.must_haves and x.nice_to_haves),
            ("Delivery driver, early round", lambda x: "tomorrow" in x.closing_line),
            (
                "Healthcare assistant, staff bank",
                lambda x: x.closing_in == "In 60 days",
            ),
            ("Allotments officer", lambda x: x.closes_at is None and x.is_open),
            ("Allotments officer", lambda x: warnings_of(x, timezone.now())),
            ("Apprentice baker", lambda x: x.flag == "New today"),
            (
                "Shop manager, Station Road",
                lambda x: not x.live and x.first_published_at is None,
            ),
            ("Ward clerk, maternity", lambda x: x.current_workflow_task is not None),
            (
                "Building control surveyor",
                lambda x: x.go_live_at.weekday() == 0 and x.approved_schedule,
            ),
            (STORY, lambda x: x.availability.reason == "filled"),
            (
                "Front of house manager, studio",
                lambda x: x.availability.reason == "cancelled",
            ),
            (
                "Terminal supervisor, Port Sable",
                lambda x: x.availability.reason == "closing_date",
            ),
            ("Box office assistant", lambda x: not x.live and x.first_published_at),
            ("Saturday counter assistant", lambda x: x.is_open),
            ("Keeper of the lamp room", lambda x: x.live and x.has_unpublished_changes),
        ],
    )
    def test_show_every_case(self, town, title, is_true):
        assert is_true(town.job(title))

    def test_have_a_title_of_120_characters_with_awkward_ones(self, town):
        [title] = [x.title for x in JOBS if len(x.title) == 120]

        assert "ü" in title
        assert "&" in title

    def test_say_what_they_are_within_a_list_entry(self):
        assert [x.slug for x in JOBS if len(x.summary) > 200] == []

    def test_tell_one_company_only_once_a_day_and_not_one_of_the_first_page(self, town):
        [daily] = Company.objects.filter(notices=CompanyNotices.DAILY)

        first_page = JobPage.objects.open().newest_first()[:20]

        assert daily not in {x.company for x in first_page}
        assert JobPage.objects.open().count() > 20

    def test_include_one_that_changed_two_days_ago(self, town):
        told = Announcement.objects.get(record__title="Timetable planner")

        age = timezone.localdate() - timezone.localdate(told.created_at)
        assert age == dt.timedelta(days=2)
        assert "no answer" in told.note
        said = news_line(told.record, timezone.now())
        assert said == "Requirements updated 2 days ago"

    def test_include_one_that_came_back(self, town):
        told = Announcement.objects.filter(record__title="Saturday counter assistant")

        assert [x.kind for x in told.order_by("version")] == [
            "TAKEN_DOWN",
            "OPEN_AGAIN",
        ]

    def test_wait_for_the_publisher(self, town, client):
        task = TaskState.objects.get()

        assert task.status == TaskState.STATUS_IN_PROGRESS
        assert [x.name for x in task.task.specific.groups.all()] == ["Job publishers"]

    def test_can_all_be_read(self, town, client):
        paths = [page.url for page in Page.objects.live().filter(depth__gt=1)]

        assert {client.get(path).status_code for path in paths} == {200}


class TestFinishedStory:
    def test_told_its_followers_what_was_true(self, town):
        told = Announcement.objects.filter(record__title=STORY).order_by("version")

        assert [(x.kind, x.state, x.planned) for x in told] == [
            ("CHANGED", "DONE", 9),
            ("CHANGED", "DONE", 11),
            ("CHANGED", "CANCELLED", 0),
            ("CHANGED", "CANCELLED", 0),
            ("CHANGED", "DONE", 12),
            ("CORRECTION", "DONE", 11),
            ("CLOSED", "DONE", 14),
        ]
        assert told[1].note == "The store moves in May, so we can wait a week longer."

    def test_shows_what_may_become_of_an_email(self, town):
        emails = OutgoingEmail.objects.filter(announcement__record__title=STORY)

        assert emails.count() == 57
        assert emails.filter(state="SENT", attempts=2).count() == 1
        assert emails.get(state="FAILED").last_code.startswith("550")
        assert emails.get(state="SKIPPED").last_code == "no longer follows"

    def test_leads_from_the_first_facts_to_the_last(self, town):
        told = Announcement.objects.filter(record__title=STORY).order_by("version")
        told = [x for x in told if x.state == "DONE"]

        for earlier, later in itertools.pairwise(told):
            assert later.before == earlier.after
        assert AnnouncedState.objects.get(record__title=STORY).facts == told[-1].after

    def test_happened_in_order(self, town):
        told = Announcement.objects.filter(record__title=STORY).order_by("version")

        moments = [x.created_at for x in told]
        assert moments == sorted(moments)


class TestGoneStory:
    def test_told_its_followers_once(self, town):
        told = Announcement.objects.get(record__title="Deckhand (summer)")

        assert (told.kind, told.planned) == ("TAKEN_DOWN", 6)
        assert told.after["availability"]["reason"] == "deleted"

    def test_leaves_a_page_that_says_so(self, town, client):
        answer = client.get(
            f"{JobPage.objects.first().get_parent().url}deckhand-summer/"
        )

        assert answer.status_code == 410
        assert "Deckhand (summer)" in answer.text


class TestFollowers:
    def test_are_forty_who_each_follow_something(self, town):
        assert Subscriber.objects.count() == len(PEOPLE) == 40
        assert not Subscriber.objects.filter(subscriptions=None).exists()

    def test_differ_in_what_they_wish(self, town):
        assert Subscription.objects.filter(confirmed_at=None).count() == 2
        assert Subscription.objects.filter(share_address=True).count() == 1
        assert Subscription.objects.confirmed().filter(closings_only=True).count() > 5
        assert (
            Subscription.objects.confirmed().filter(remind_before_closing=True).exists()
        )
        reasons = set(Subscription.objects.values_list("ended_reason", flat=True))
        assert reasons == {
            "",
            EndedReason.UNSUBSCRIBED,
            EndedReason.BOUNCED,
            EndedReason.JOB_ENDED,
        }

    def test_have_one_among_them_who_cannot_be_written_to(self, town):
        suppressed = Suppression.objects.get()
        [person] = Subscriber.objects.filter(address_hash=suppressed.address_hash)

        assert not person.subscriptions.current().exists()

    def test_are_told_exactly_what_a_visitor_changes(self, town, settings):
        page = town.job("Hospital porter")
        edit(page, pay_min=26_000)
        AnnouncedState.objects.filter(record=page.record).update(due_at=timezone.now())

        town.deliver()

        assert sorted(x.to[0] for x in mail.outbox) == [
            address("mo.farouk"),
            address("vic.marlow"),
        ]
        assert {x.subject for x in mail.outbox} == {"Pay changed: Hospital porter"}

    def test_are_announced_to_the_company_at_once(self, town):
        follow(town.job("Hospital porter"), "visitor@example.org")

        town.deliver()

        assert ["recruitment@havencoast.example"] in [x.to for x in mail.outbox]


class TestWordsOfTheTown:
    def test_are_the_boards_own(self):
        forbidden = re.compile(
            r"\b(lorem|vacanc|posting|employer|salary|compensation|exciting|deadline|"
            r"please note|simply|seamless|robust|unlock|oops|sorry|!)",
            re.IGNORECASE,
        )
        folder = Path(project.BASE_DIR) / "jobsite" / "demo"
        names = ("companies", "jobs_*", "pages", "people")

        found = [
            f"{path.name}: {line.strip()}"
            for name in names
            for path in folder.glob(f"{name}.py")
            for line in path.read_text("utf-8").splitlines()
            if forbidden.search(line)
        ]

        assert found == []


class TestTownsMarkup:
    def test_of_every_open_job_is_complete_and_of_no_other_there(self, town, client):
        described = {}
        for job in JobPage.objects.live():
            posting = posting_in(client.get(job.url).content.decode())
            if posting is not None:
                check(posting)
                described[job.pk] = posting

        open_jobs = set(JobPage.objects.open().values_list("pk", flat=True))
        assert set(described) == open_jobs
        assert len(open_jobs) > 15
