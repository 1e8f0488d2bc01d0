"""Who is sent a link, how often, and that nobody can tell from the answer."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobs.models import JobRecord
from notifications import ticking
from notifications.models import Enquiry, OutgoingEmail
from notifications.suppressing import suppress, unsuppress
from subscriptions import services, tokens
from subscriptions.models import Subscription
from tests.factories import follow, make_job, make_subscription
from tests.subscriptions.visiting import Visitor

pytestmark = pytest.mark.django_db
READER = "reader@example.org"
MANAGE = "/subscriptions/manage/"


@pytest.fixture
def record():
    return JobRecord.for_page(make_job(title="Bread & butter baker"))


def ask(record, email=READER):
    return services.subscribe(email=email, record=record)


def another():
    return JobRecord.for_page(make_job(title="Usher"))


def subjects():
    return [message.subject for message in mail.outbox]


class TestLinkToConfirm:
    def test_is_sent_once_in_an_hour_whatever_is_asked_for(self, record, worker):
        for asked in (record, another(), record):
            ask(asked)
            worker.run(minutes=15)

        assert subjects() == ["Confirm that you follow Bread & butter baker"]

    def test_is_sent_again_when_the_hour_is_over(self, record, worker):
        ask(record)
        worker.run(minutes=59)
        ask(record)
        worker.run(minutes=2)

        ask(record)
        worker.run()

        assert len(mail.outbox) == 2

    def test_names_all_that_waits_by_then(self, record, worker):
        ask(record)
        ask(another())
        worker.run()

        [message] = mail.outbox
        assert (
            message.subject == "Confirm that you follow Bread & butter baker and 1 more"
        )
        assert "- Usher at Crumb & Co" in message.body
        assert "<li>Usher at Crumb &amp; Co" in message.alternatives[0].content

    def test_is_sent_for_the_next_job_once_it_was_answered(self, record, worker):
        asked = ask(record)
        worker.run()
        services.confirm(token=tokens.confirm_token(asked))

        ask(another())
        worker.run()

        assert subjects().count("Confirm that you follow Usher") == 1

    def test_that_was_answered_opens_nothing_that_was_asked_for_later(
        self, record, worker, client
    ):
        asked = ask(record)
        token = tokens.confirm_token(asked)
        services.confirm(token=token)
        later = ask(another())

        response = client.post(
            reverse("subscriptions:confirm", args=[token]), {"follow": later.pk}
        )

        assert "You already follow this job" in response.content.decode()
        assert not Subscription.objects.get(pk=later.pk).is_confirmed

    def test_confirms_what_is_ticked_and_lets_the_rest_wait(
        self, record, worker, client
    ):
        first, second, third = ask(record), ask(another()), ask(another())
        url = reverse("subscriptions:confirm", args=[tokens.confirm_token(first)])
        page = client.get(url).content.decode()
        assert page.count('type="checkbox"') == page.count(" checked") == 3

        page = client.post(url, {"follow": [first.pk, third.pk]}).content.decode()

        assert "You follow 2 jobs" in page
        confirmed = Subscription.objects.confirmed().order_by("pk")
        assert list(confirmed) == [first, third]
        assert not Subscription.objects.get(pk=second.pk).ended_at

    def test_asks_to_tick_something(self, record, worker, client):
        first = ask(record)
        ask(another())
        url = reverse("subscriptions:confirm", args=[tokens.confirm_token(first)])

        page = client.post(url).content.decode()

        assert "Tick the jobs that you want to follow." in page
        assert not Subscription.objects.confirmed().exists()

    def test_confirms_nobody_elses(self, record, worker, client):
        first = ask(record)
        somebodys = ask(record, "somebody@example.org")
        url = reverse("subscriptions:confirm", args=[tokens.confirm_token(first)])

        client.post(url, {"follow": [first.pk, somebodys.pk]})

        assert Subscription.objects.confirmed().get() == first

    def test_does_not_go_out_when_it_was_confirmed_meanwhile(self, record, worker):
        asked = ask(record)
        services.confirm(token=tokens.confirm_token(asked))
        worker.run()

        email = OutgoingEmail.objects.get(kind="CONFIRM")
        assert (email.state, email.last_code) == ("SKIPPED", "confirmed already")

    def test_is_one_for_a_thousand_posts(self, record, worker):
        # Past the limits on posts, which would let a few of them through.
        for other in [record, *(another() for _ in range(3))]:
            for _ in range(250):
                ask(other)
        worker.run()

        assert len(mail.outbox) == 1
        assert OutgoingEmail.objects.count() == 1


class TestWhoFollowsAlready:
    def test_is_told_so_once_in_an_hour(self, record, worker):
        follow(record.page, READER)
        mail.outbox.clear()

        for _ in range(3):
            ask(record)
            worker.run(minutes=15)

        assert "You already follow Bread & butter baker" in subjects()
        assert [x for x in subjects() if x.startswith("You already")] == subjects()[:1]

    def test_is_sent_the_link_for_another_job_all_the_same(self, record, worker):
        make_subscription(record=record, email=READER)
        ask(record)
        ask(another())
        worker.run()

        assert sorted(subjects()) == [
            "Confirm that you follow Usher",
            "You already follow Bread & butter baker",
        ]


class TestLinkToEverything:
    def test_goes_to_who_is_known_and_news_of_nothing_to_who_is_not(
        self, record, worker
    ):
        make_subscription(record=record, email=READER)
        services.request_manage_link(email=READER)
        services.request_manage_link(email="Nobody@example.org")
        worker.run()

        known, unknown = sorted(mail.outbox, key=lambda message: message.to)[::-1]
        assert (known.to, known.subject) == ([READER], "Everything you follow")
        assert unknown.to == ["Nobody@example.org"]
        assert unknown.subject == "You follow nothing here"
        assert "we hold nothing about it" in " ".join(unknown.body.split())
        assert "/manage/" not in unknown.body

    def test_goes_to_who_began_to_follow_before_it_was_made(self, record, worker):
        services.request_manage_link(email="nobody@example.org")
        services.request_manage_link(email=READER)
        make_subscription(record=record, email=READER)
        worker.run()

        found = {tuple(message.to): message.subject for message in mail.outbox}
        assert found == {
            (READER,): "Everything you follow",
            ("nobody@example.org",): "You follow nothing here",
        }

    @pytest.mark.parametrize("address", [READER, "nobody@example.org"])
    def test_is_sent_once_in_an_hour(self, address, record, worker):
        make_subscription(record=record, email=READER)
        for _ in range(4):
            services.request_manage_link(email=address)
            worker.run(minutes=14)
            ticking.forget_enquiries()
        assert len(mail.outbox) == 1

        worker.run(minutes=6)
        ticking.forget_enquiries()
        services.request_manage_link(email=address)
        worker.run()

        assert len(mail.outbox) == 2

    def test_leaves_no_address_behind_when_it_is_out(self, worker):
        services.request_manage_link(email="nobody@example.org")
        assert "nobody" not in Enquiry.objects.get().sealed
        ticking.forget_enquiries()
        assert Enquiry.objects.get().sealed

        worker.run()
        ticking.forget_enquiries()
        assert Enquiry.objects.get().sealed == ""

        worker.run(hours=1)
        ticking.forget_enquiries()
        assert not Enquiry.objects.exists()

    def test_gives_an_address_up_after_a_day_without_a_mail_server(self, worker):
        services.request_manage_link(email="nobody@example.org")

        worker.wait(days=1)
        ticking.forget_enquiries()

        assert not Enquiry.objects.exists()

    def test_does_not_go_to_an_unknown_address_that_is_blocked(self, worker):
        suppress(address="nobody@example.org", reason="BLOCKED")
        services.request_manage_link(email="nobody@example.org")
        worker.run()

        assert mail.outbox == []
        assert OutgoingEmail.objects.get().last_code == "suppressed"

    def test_goes_there_again_when_it_is_unblocked(self, worker):
        suppress(address="nobody@example.org", reason="BLOCKED")
        assert unsuppress(address="NOBODY@example.org")
        assert not unsuppress(address="NOBODY@example.org")
        services.request_manage_link(email="nobody@example.org")
        worker.run()

        assert len(mail.outbox) == 1


#: Values, and the names of savepoints.
LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+\b|s\d+_x\d+")


def shapes(queries):
    """The statements without their values, and without those that count posts.

    The first post from a network makes a row there, whoever it is for.
    """
    of_limits = re.compile(r'"limits"|^(?:SAVEPOINT|RELEASE|ROLLBACK)\b')
    shapes = [LITERAL.sub("?", x["sql"]) for x in queries]
    return [shape for shape in shapes if not of_limits.search(shape)]


class TestEnumeration:
    """Whether an address is known cannot be told from what comes back."""

    @pytest.fixture
    def people(self, record, worker):
        """Addresses of the same length, by what we know of them."""
        people = {
            state: f"{state:_<10}@example.org"
            for state in ("stranger", "asked", "confirmed", "ended", "blocked")
        }
        make_subscription(record=record, email=people["asked"], confirmed=False)
        make_subscription(record=record, email=people["confirmed"])
        ended = make_subscription(record=record, email=people["ended"])
        services.unsubscribe(token=ended.token)
        suppress(address=people["blocked"], reason="COMPLAINED")
        return people

    @pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
    @pytest.mark.parametrize("htmx", [False, True], ids=["page", "in place"])
    @pytest.mark.parametrize("form", ["follow", "manage"])
    def test_finds_the_same_answer_from_the_same_statements(
        self, form, htmx, again, people
    ):
        url = MANAGE
        if form == "follow":
            pk = JobRecord.objects.get().pk
            url = reverse("subscriptions:follow", args=[pk])
        headers = {"HX-Request": "true"} if htmx else {}
        answers, statements = set(), set()
        for address in people.values():
            client = Visitor()
            for _ in range(1 + again):
                with CaptureQueriesContext(connection) as queries:
                    response = client.post(url, {"email": address}, headers=headers)
            shown = response.content.decode()
            if response.status_code == 302:
                shown = client.get(response.url).content.decode()
            answers.add(
                (
                    response.status_code,
                    shown.replace(address, "address"),
                    tuple(sorted(response.headers)),
                    *(
                        (k, len(v.value), v["path"])
                        for k, v in response.cookies.items()
                    ),
                )
            )
            statements.add(tuple(shapes(queries)))

        assert len(answers) == 1
        assert len(statements) == 1

    def test_would_be_seen_if_the_statements_differed(self, people, record):
        statements = set()
        for address in people.values():
            with CaptureQueriesContext(connection) as queries:
                list(Subscription.objects.filter(subscriber__address=address))
                if "stranger" in address:
                    list(Subscription.objects.all())
            statements.add(tuple(shapes(queries)))

        assert len(statements) == 2
