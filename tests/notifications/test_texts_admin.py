"""The pages on which site owners write, look at and try what emails say."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from notifications import pausing
from notifications.models import EmailText, OutgoingEmail, Suppression
from subscriptions.addresses import hashed
from tests.factories import make_job, make_subscription
from tests.notifications.conftest import TITLE, Staff
from tests.notifications.reading import says, squeezed
from tests.notifications.sink import free_port

Kind = EmailText.Kind
ROLES = [
    pytest.param(["Site owners"], 200, id="owner"),
    pytest.param([], 200, id="admin"),
    pytest.param(["Job editors"], 302, id="editor"),
    pytest.param(["Job publishers"], 302, id="publisher"),
    pytest.param(["Subscriber support"], 302, id="support"),
]
TYPED = {
    "subject": "{what} & {title}",
    "opening": "Hello & welcome,\r\n\r\nto {site}.",
    "closing": "",
}


def page(kind=Kind.CHANGED):
    return reverse("notifications_text", args=[kind.lower()])


@pytest.fixture
def owner(db):
    return Staff("Site owners", email="owner@board.example")


def words(response):
    return squeezed(response.content.decode())


@pytest.mark.parametrize(("groups", "status"), ROLES)
class TestRights:
    def test_pages_are_for_site_owners(self, groups, status, db):
        client = Staff(*groups)

        for url in (reverse("notifications_texts"), page()):
            response = client.get(url)
            assert response.status_code == status
            if status == 302:
                assert response.url == reverse("wagtailadmin_home")

    def test_who_may_mend_a_broken_text_is_told_on_the_front_page(
        self, groups, status, db
    ):
        EmailText.objects.create(kind=Kind.CHANGED, subject="{salary}", closing="Bye.")
        EmailText.objects.create(kind=Kind.CLOSED, closing="Bye.")

        told = words(Staff(*groups).get(reverse("wagtailadmin_home")))

        problem = "A text of 1 kind of email cannot be used and is left out."
        assert (problem in told) == (status == 200)

    def test_others_change_and_send_nothing(self, groups, status, db):
        client = Staff(*groups, email="me@board.example")

        client.post(page(), TYPED)
        client.post(page(), TYPED | {"test": ""})

        allowed = status == 200
        assert EmailText.objects.count() == allowed
        assert len(mail.outbox) == allowed

    def test_the_menu_names_them_for_those_only(self, groups, status, db):
        anywhere = reverse("notifications_announcements")
        html = Staff(*groups).get(anywhere).content.decode()

        assert (reverse("notifications_texts") in html) == (status == 200)


def test_the_right_can_be_given_to_other_groups(staff):
    group = Group.objects.get(name="Job publishers")
    html = staff.get(reverse("wagtailusers_groups:edit", args=[group.pk])).content

    right = Permission.objects.get(codename="change_emailtext")
    assert f'value="{right.pk}"'.encode() in html


class TestList:
    def test_names_every_kind_and_what_is_said(self, owner):
        EmailText.objects.create(kind=Kind.CLOSED, subject="Ended", closing="Bye")

        text = words(owner.get(reverse("notifications_texts")))

        for kind in Kind:
            assert str(kind.label) in text
        assert "or over Subject, closing. Edited" in text
        assert "cannot be used" not in text

    def test_costs_the_same_with_no_text_and_with_all(self, owner):
        counts = []
        for kinds in ((), Kind):
            for kind in kinds:
                EmailText.objects.create(kind=kind, opening="{broken}")
            with CaptureQueriesContext(connection) as queries:
                owner.get(reverse("notifications_texts"))
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestEditing:
    def test_keeps_what_was_typed_and_who_did_it(self, owner):
        response = owner.post(page(), TYPED)

        assert response.status_code == 302
        row = EmailText.objects.get()
        assert (row.kind, row.subject) == (Kind.CHANGED, "{what} & {title}")
        assert row.opening == "Hello & welcome,\n\nto {site}."
        entry = ModelLogEntry.objects.get()
        assert (entry.action, entry.user) == ("wagtail.edit", owner.user)

    def test_an_emptied_text_is_the_files_own_again(self, owner):
        owner.post(page(), TYPED)
        owner.post(page(), {"subject": " ", "opening": "", "closing": "\n"})

        row = EmailText.objects.get()
        assert (row.subject, row.opening, row.closing) == ("", "", "")

    @pytest.mark.parametrize("button", ["", "preview", "test"])
    def test_a_wrong_text_is_refused_and_stays_in_its_field(self, button, owner):
        EmailText.objects.create(kind=Kind.CHANGED, closing="Saved & kept")
        typed = TYPED | {"opening": "Hello\r\nof {salary} & more", button: ""}

        response = owner.post(page(), typed)

        assert response.status_code == 200
        assert response.context["form"].errors == {
            "opening": ["Line 2: {salary} is not known here."]
        }
        html = response.content.decode()
        assert "of {salary} &amp; more</textarea>" in html
        assert 'value="{what} &amp; {title}"' in html
        assert "Saved & kept" in response.context["preview"].text
        assert EmailText.objects.get().opening == ""
        assert mail.outbox == []

    @pytest.mark.parametrize("field", EmailText.FIELDS)
    def test_every_field_is_looked_at(self, field, owner):
        response = owner.post(page(), {field: "{titel}"})

        assert list(response.context["form"].errors) == [field]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_a_subject_starts_no_new_header(self, end, owner):
        typed = {"subject": f"News{end}Bcc: all@example.org", "test": ""}

        response = owner.post(page(), typed)

        errors = response.context["form"].errors
        assert errors == {"subject": ["A subject is one line."]}
        assert mail.outbox == []

    def test_a_kind_that_does_not_exist_is_not_found(self, owner):
        for slug in ("nothing", "CHANGED"):
            url = reverse("notifications_text", args=[slug])
            assert owner.get(url).status_code == 404

    def test_every_placeholder_is_listed_with_what_it_says_now(self, owner):
        text = words(owner.get(page(Kind.NEW_FOLLOWER)))

        assert "{followers} how many people are new 1 new follower" in text
        assert "{title}" not in text

    @pytest.mark.parametrize("kind", Kind.values)
    def test_every_kind_can_be_opened_and_kept_as_it_is(self, kind, owner):
        form = owner.get(page(kind)).context["form"]

        assert owner.post(page(kind), form.initial).status_code == 302


class TestPreview:
    def test_is_of_what_is_typed_and_saves_nothing(self, followed, owner):
        response = owner.post(page(), TYPED | {"preview": ""})

        preview = response.context["preview"]
        assert preview.subject.endswith(f"changed & {TITLE}")
        assert "to Jobs." in preview.text
        assert "Hello &amp; welcome," in preview.html
        assert "Preview with what is typed, not saved yet" in words(response)
        assert not EmailText.objects.exists()
        assert mail.outbox == []

    def test_is_of_the_saved_texts_at_first(self, followed, owner):
        EmailText.objects.create(kind=Kind.CLOSED, subject="Bye & {title}")

        response = owner.get(page(Kind.CLOSED))

        assert response.context["preview"].subject == f"Bye & {TITLE}"
        assert f"If it stays empty: “Filled: {TITLE}”." in words(response)

    def test_takes_the_newest_open_job_that_somebody_follows(self, followed, owner):
        make_job(title="Newer & not followed")
        closed = make_job(title="Closed & followed", closed_reason="FILLED")
        make_subscription(job=closed)

        text = words(owner.get(page()))

        assert f"For {TITLE}, the newest open job that somebody follows." in text

    def test_invents_a_job_if_nobody_follows_one(self, owner):
        make_job(title="Not followed")

        response = owner.get(page())

        assert "For an invented job" in words(response)
        assert "Lighthouse keeper" in response.context["preview"].text

    def test_leaves_out_what_is_broken(self, followed, owner):
        EmailText.objects.create(kind=Kind.CHANGED, subject="{salary}", closing="Bye.")

        response = owner.get(page())

        preview = response.context["preview"]
        assert "Subject is broken and left out. Line 1: {salary}" in words(response)
        assert preview.subject.endswith(f"changed: {TITLE}")
        assert "Bye." in preview.text

    def test_knows_nobody(self, followed, owner):
        row = followed.record.subscriptions.first()

        for kind in Kind:
            html = owner.get(page(kind)).content.decode()
            assert row.token not in html
            assert "reader@example.org" not in html


class TestTest:
    @pytest.fixture
    def send(self, owner):
        def send(**typed):
            response = owner.post(page(), TYPED | typed | {"test": ""})
            return words(response)

        return send

    def test_goes_to_oneself_and_to_nobody_else(self, followed, send):
        text = send()

        [message] = mail.outbox
        assert message.recipients() == ["owner@board.example"]
        assert message.subject.endswith(f"changed & {TITLE}")
        says(message, "Hello & welcome, to Jobs.", "Stop following this job")
        assert "/unsubscribe/hidden/" in message.extra_headers["List-Unsubscribe"]
        assert "A test is on its way to owner@board.example." in text
        assert not EmailText.objects.exists()
        assert not OutgoingEmail.objects.exists()

    def test_needs_no_follower(self, send):
        send()

        says(mail.outbox[0], "Lighthouse keeper", "Hello & welcome, to Jobs.")

    def test_is_sent_by_no_get(self, followed, owner):
        owner.get(f"{page()}?test=&subject=Hello")

        assert mail.outbox == []

    def test_has_links_that_stop_nothing_and_open(self, followed, send, client):
        send()

        stop = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
        response = client.post(stop, {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
        assert followed.record.subscriptions.confirmed().count() == 2

    def test_rests_while_all_email_is_paused(self, send):
        pausing.pause()

        assert "Not sent: all email is paused." in send()
        assert mail.outbox == []

    def test_does_not_go_to_an_address_that_must_not_be_written_to(self, send):
        Suppression.objects.create(
            address_hash=hashed("owner@board.example"), reason="BOUNCED"
        )

        assert "Not sent: your address is on the list" in send()
        assert mail.outbox == []

    @pytest.mark.parametrize("address", ["", "owner at board"])
    def test_says_that_an_account_has_no_address(self, address, owner, send):
        owner.user.email = address
        owner.user.save()

        assert "Not sent: " in send()
        assert mail.outbox == []

    def test_stays_on_the_list_of_allowed_addresses(self, send, settings):
        settings.EMAIL_ALLOW_LIST = ["elsewhere.example"]
        settings.EMAIL_HOST = "relay.example"

        assert "not on the list of allowed recipients" in send()
        assert mail.outbox == []

    def test_says_what_went_wrong(self, followed, send, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

        text = send()

        assert "The test was not taken for owner@board.example: relay down" in text

    def test_survives_whatever_a_backend_raises(self, send, monkeypatch):
        def fail(*args, **kwargs):
            raise ValueError("owner@board.example has a secret")

        monkeypatch.setattr(mail.backends.locmem.EmailBackend, "send_messages", fail)

        text = send()

        assert "owner@board.example: not sent, ValueError." in text
        assert "secret" not in text
