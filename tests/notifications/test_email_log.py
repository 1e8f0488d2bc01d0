"""The email log: everything to see for those who may, nothing to change for anybody."""

import re

import pytest
from django.core.signing import Signer
from django.urls import reverse

from jobs.models import Company
from jobs.services import close_job
from notifications.models import OutgoingEmail
from notifications.public_views import notices_url
from notifications.support.links import PEOPLE
from subscriptions import services as subscriptions
from subscriptions import tokens
from subscriptions.models import Subscriber, Subscription
from tests.factories import edit, follow, make_company, make_job
from tests.notifications.conftest import READERS, TITLE, Staff

pytestmark = pytest.mark.usefixtures("followed_once")

LOG = "email-log_modeladmin"
ROLES = [
    pytest.param(["Subscriber support"], 200, id="support"),
    pytest.param([], 200, id="admin"),
    pytest.param(["Job editors"], 302, id="editor"),
    pytest.param(["Job publishers"], 302, id="publisher"),
    pytest.param(["Site owners"], 302, id="owner"),
]


@pytest.fixture
def log(followed, worker):
    """One email of every kind, sent and waiting."""
    Company.objects.filter(jobs=followed).update(email="hiring@crumb.example")
    follow(followed, "new@example.org", share_address=True)
    subscriptions.subscribe(email="pending@example.org", record=followed.record)
    subscriptions.subscribe(email="reader@example.org", record=followed.record)
    subscriptions.request_manage_link(email="reader@example.org")
    edit(followed, pay_max=29000, change_note="More dough & pay.")
    worker.run(minutes=11)
    close_job(page_id=followed.pk, reason="FILLED")
    worker.run(minutes=11)
    return OutgoingEmail.objects.all()


@pytest.fixture
def support(db):
    return Staff("Subscriber support")


def index():
    return reverse(f"{LOG}_index")


def inspect(email):
    return reverse(f"{LOG}_inspect", args=[email.pk])


def working_tokens():
    """Everything in a link that would act for somebody."""
    found = set()
    for subscription in Subscription.objects.all():
        found |= {subscription.token, tokens.confirm_token(subscription)}
    for subscriber in Subscriber.objects.all():
        # Signed with the moment; the part before it is the same at any moment.
        found.add(tokens.manage_token(subscriber).partition("~")[0] + "~")
    for company in Company.objects.all():
        found.add(notices_url(company).rstrip("/").rpartition("/")[2])
        found.add(Signer().sign(company.pk))
    return found


@pytest.mark.parametrize(("groups", "status"), ROLES)
def test_people_and_their_mail_are_for_support(groups, status, log):
    client = Staff(*groups)

    for url in (index(), inspect(log[0])):
        response = client.get(url)
        assert response.status_code == status
        if status == 302:
            assert response.url == reverse("wagtailadmin_home")


def test_a_stranger_is_asked_to_sign_in(log, client):
    for url in (index(), inspect(log[0])):
        assert reverse("wagtailadmin_login") in client.get(url).url


def test_it_lists_to_whom_about_what_and_what_became_of_it(log, support):
    html = support.get(index()).content.decode()

    for words in ("r•••@example.org", "Bread &amp; Butter Baker", "Sent", "Confirm"):
        assert words in html


def test_a_recipient_leads_to_the_page_of_the_person(log, support):
    html = support.get(index()).content.decode()

    for email in log.filter(subscriber__isnull=False):
        url = reverse(f"{PEOPLE}:inspect", args=[email.subscriber_id])
        assert f'href="{url}"' in html


def test_no_page_of_it_holds_a_whole_address(log, support):
    for url in (index(), *(inspect(email) for email in log)):
        html = support.get(url).content.decode()

        for person in Subscriber.objects.all():
            assert person.address not in html


def test_it_cannot_be_searched_by_address(log, support):
    html = support.get(index(), {"q": "pending@"}).content.decode()

    assert "p•••@example.org" not in html


def test_an_email_is_shown_as_it_was_sent_in_both_its_parts(log, support):
    for email in log.filter(announcement__kind="CHANGED"):
        html = support.get(inspect(email)).content.decode()

        assert html.count("£26,000 to £29,000 a year") >= 2
        assert "More dough &amp; pay." in html
        assert email.message_id in html


def test_no_page_of_it_holds_a_link_that_works(log, support):
    secrets = working_tokens()
    assert len(secrets) >= 8
    kinds = set()
    for email in log:
        response = support.get(inspect(email))
        kinds.add(email.kind)

        assert response.status_code == 200
        assert response.context["preview"] is not None
        html = response.content.decode()
        assert not [secret for secret in secrets if secret in html]
        assert not re.findall(r"/(?:confirm|unsubscribe|manage)/(?!hidden)[\w-]", html)
    assert kinds >= {"CONFIRM", "MANAGE_LINK", "ANNOUNCEMENT", "NEW_FOLLOWER"}
    assert not [secret for secret in secrets if secret in support.get(index()).text]


def test_an_email_that_has_nothing_left_to_say_is_shown_without(db, worker, support):
    job = make_job(title=TITLE)
    subscription = subscriptions.subscribe(email=READERS[0], record=job.record)
    subscriptions.stop_all(subscriber=subscription.subscriber)
    worker.run()

    response = support.get(inspect(OutgoingEmail.objects.get()))
    assert response.status_code == 200
    assert response.context["preview"] is None


def test_an_email_to_somebody_who_left_is_still_shown(log, support):
    Subscriber.objects.get(address="reader@example.org").delete()

    email = log.filter(subscriber=None, company=None, announcement__isnull=False)[0]
    html = support.get(inspect(email)).content.decode()
    assert "erased" in html
    assert "reader@example.org" not in html


@pytest.mark.parametrize("groups", [["Subscriber support"], []])
def test_nobody_can_write_in_it(groups, log):
    before = list(log.values())
    client = Staff(*groups)

    for action in ("create", "edit", "delete"):
        args = [] if action == "create" else [log[0].pk]
        url = reverse(f"{LOG}_{action}", args=args)
        for response in (client.get(url), client.post(url, {"state": "SENT"})):
            assert response.status_code == 302

    assert list(log.values()) == before
    html = client.get(index()).content.decode()
    assert reverse(f"{LOG}_create") not in html
    assert reverse(f"{LOG}_delete", args=[log[0].pk]) not in html


def test_a_company_that_is_gone_does_not_break_it(log, support):
    other = make_company()
    OutgoingEmail.objects.filter(kind="NEW_FOLLOWER").update(company=other)
    other.delete()

    assert support.get(index()).status_code == 200


def test_a_row_says_in_one_breath_what_became_of_an_email(log, support):
    email = log.filter(state="SENT").latest("pk")
    OutgoingEmail.objects.filter(pk=email.pk).update(
        attempts=3, outcome="BOUNCED", created_at="2026-06-09T12:30:00Z"
    )
    OutgoingEmail.objects.filter(pk=email.pk).update(sent_at="2026-06-09T13:32:00Z")

    html = support.get(index()).content.decode()

    assert "Sent, 14:32, 3 attempts, Bounced" in html
    assert html.count(inspect(email)) == 1
    link = html[html.index(inspect(email)) :]
    assert ">Tue 9 June, 13:30</a>" in link[: link.index("</div>")]
    OutgoingEmail.objects.filter(pk=email.pk).update(sent_at="2026-06-10T13:32:00Z")
    assert "Sent, Wed 10 June, 14:32, 3 attempts" in support.get(index()).text


def test_what_there_is_nothing_to_say_of_is_left_out(log, support):
    email = log.filter(state="SENT").latest("pk")
    OutgoingEmail.objects.filter(pk=email.pk).update(last_code="250 2.0.0")
    said = {"Kind", "To", "State", "Sent", "Attempts", "Last answer"}

    def labels():
        return {row["label"] for row in support.get(inspect(email)).context["fields"]}

    assert labels() >= said
    assert not labels() & {"Reported", "Uncertain"}
    OutgoingEmail.objects.filter(pk=email.pk).update(state="FAILED", sent_at=None)
    assert "Sent" not in labels()
    OutgoingEmail.objects.filter(pk=email.pk).update(uncertain=True)
    assert "Uncertain" in labels()
    assert "The connection broke before the server answered." in (
        support.get(inspect(email)).content.decode()
    )
