"""Every link of every page and mail, for everybody: it works, and it only looks."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.test import Client, TestCase, override_settings

from jobs.models import JobPath
from notifications.messages import NotWanted, content_of
from notifications.models import OutgoingEmail
from notifications.rendering import render
from subscriptions import services
from subscriptions.models import Subscription
from tests.e2e.crawling import Crawl, rows

#: Tables that a look may write to, and why.
WRITTEN_BY_LOOKING = {
    "auth_user": "the last sign-in of whoever looks at the admin",
    "django_session": "who is signed in",
    "wagtailadmin_editingsession": "Wagtail notes who has an editor open",
    "wagtailcore_modellogentry": "who looked at a person is noted",
    "wagtailcore_pagesubscription": "Wagtail notes who wants to hear of comments",
    "wagtailimages_image": "Wagtail measures a file when its form is first opened",
    "wagtailimages_rendition": "a picture is cut to size when it is first shown",
    "wagtailusers_userprofile": "made when somebody first opens the admin",
}
#: The kinds of mail that followers and companies get.
FOR_THE_PUBLIC = {
    "already_following",
    "changed",
    "closed",
    "confirm",
    "correction",
    "manage_link",
    "new_follower",
    "open_again",
    "reminder",
    "taken_down",
}


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo with every kind of mail in its inbox, for all tests of this module."""
    like_a_demo = override_settings(
        DEMO=True,
        ROOT_URLCONF="jobsite.urls_dev",
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend",
        EMAIL_FILE_PATH=str(tmp_path_factory.mktemp("mail")),
    )
    with django_db_blocker.unblock(), like_a_demo, transaction.atomic():
        with TestCase.captureOnCommitCallbacks(execute=True):
            call_command("demo", verbosity=0)
        send_one_of_each_kind()
        yield
        transaction.set_rollback(True)


def send_one_of_each_kind():
    follower = Subscription.objects.confirmed().filter(record__page__live=True).last()
    address = follower.subscriber.address
    services.subscribe(email=address, record=follower.record)
    services.request_manage_link(email=address)
    contents = {}
    for email in OutgoingEmail.objects.filter(user=None).order_by("pk"):
        try:
            content = content_of(email)
        except NotWanted:
            continue
        contents.setdefault(content.template, content)
    assert set(contents) == FOR_THE_PUBLIC
    for template, content in contents.items():
        render(content, message_id=template).send()


def test_every_link_of_public_pages_and_mails_works_and_only_looks(town, db):
    paths = JobPath.objects.values_list("path", flat=True)
    gone = paths.exclude(record__page__live=True)
    before = rows(without=WRITTEN_BY_LOOKING)

    crawl = Crawl(Client(), gone=gone).from_("/", "/blocks/", "/demo/inbox/", *paths)

    assert crawl.problems == []
    assert rows(without=WRITTEN_BY_LOOKING) == before
    assert crawl.seen >= {"/jobs/night-baker/", "/privacy/", "/subscriptions/manage/"}


@pytest.mark.parametrize(
    ("name", "place_of_theirs"),
    [
        ("editor", "/admin/jobs_listing/"),
        ("publisher", "/admin/announcements/"),
        ("owner", "/admin/settings/jobs/boardsettings/"),
        ("support", "/admin/support/people/"),
    ],
)
def test_every_link_of_the_admin_works_and_only_looks(name, place_of_theirs, town, db):
    client = Client()
    client.force_login(get_user_model().objects.get(username=name))
    before = rows(without=WRITTEN_BY_LOOKING)

    crawl = Crawl(client, within="/admin/", alike=2).from_("/admin/")

    assert crawl.problems == []
    assert rows(without=WRITTEN_BY_LOOKING) == before
    assert place_of_theirs in crawl.seen
