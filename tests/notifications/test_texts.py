"""What site owners say in emails: where it stands, and what it cannot break."""

from dataclasses import replace

import pytest
from django.core import mail
from django.urls import reverse

from jobs.models import BoardSettings
from notifications import examples, messages, previews, reminding, services, texts
from notifications.delivery.skeleton import MARKS, skeleton_of
from notifications.messages import announcing
from notifications.models import Announcement, EmailText, OutgoingEmail
from notifications.rendering import content_bytes
from subscriptions import services as subscriptions
from subscriptions.models import Subscription
from tests.factories import edit, follow, in_days, make_job, make_subscription
from tests.notifications.conftest import TITLE
from tests.notifications.reading import links_of, says, squeezed, text_of, words_of

Kind = EmailText.Kind
HOSTILE = '<b>Bread & butter</b></td><!-- --> <a href="//x.example"> <table>'


def say(kind, **fields):
    return EmailText.objects.create(kind=kind, **fields)


@pytest.fixture
def changed(followed, worker):
    """Change the pay, let the window pass; answers the mail that the first one got."""

    def changed(**fields):
        edit(followed, **fields or {"pay_max": 29000})
        mail.outbox.clear()
        worker.run(minutes=11)
        return mail.outbox[0]

    return changed


class TestProblems:
    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("Of {titel}", "{titel} is not known here. Did you mean {title}?"),
            ("Of {Title}", "{Title} is not known here. Did you mean {title}?"),
            ("Of { title }", "{ title } is not known here. Did you mean {title}?"),
            ("Of {address}", "{address} is not known here."),
            ("Of {weekday}", "{weekday} is not known here."),
            ("Of {title.__class__}", "{title.__class__} is not known here."),
            ("Of {}", "{} is not known here."),
            ("Of {title", "a { without its }."),
            ("Of title}", "a } without its {."),
            ("Bell \x07", "a character that cannot be seen."),
            ("Line\u2028separator", "a character that cannot be seen."),
            ("--", "nothing but hyphens. The footer begins with such a line."),
            (" -- ", "nothing but hyphens. The footer begins with such a line."),
        ],
    )
    def test_are_named_with_their_line(self, text, problem):
        found = texts.problems(Kind.CHANGED, "opening", f"Hello & welcome\n{text}")

        assert [line for line in found if line.startswith("Line 2: ")] == found
        assert problem in found[0]

    def test_are_all_named(self):
        found = texts.problems(Kind.CHANGED, "closing", "{one}\n{title}\n{{title}}")

        assert [line.partition(":")[0] for line in found] == [
            "Line 1",
            "Line 3",
            "Line 3",
        ]

    def test_a_subject_is_one_line(self):
        found = texts.problems(Kind.CHANGED, "subject", "News\nBcc: x@example.org")

        assert found == ["A subject is one line."]

    def test_family_emoji_and_other_scripts_are_none(self):
        text = "{title} für 👩\u200d👧 – नमस्ते"

        assert texts.problems(Kind.CHANGED, "opening", text) == []


@pytest.fixture(params=["followed", "invented"])
def example_job(request, worker, db):
    if request.param == "followed":
        job = make_job(title=TITLE, closes_at=None, pay_min=None, pay_max=None)
        make_subscription(job=job)
        return examples.example_job()
    job = examples.example_job()
    assert job.page is None
    return job


@pytest.mark.parametrize("kind", Kind.values)
class TestEveryKind:
    def test_has_words_for_each_of_its_placeholders(self, kind, example_job):
        content = examples.example(kind, example_job)
        every = " | ".join(f"{{{name}}}" for name in texts.KNOWN[kind])
        row = EmailText(kind=kind, subject=every, opening=every, closing=every)

        said = texts.filled(row, content.values)

        assert texts.broken_fields(row) == []
        assert said.subject == said.opening == said.closing
        assert all(words.strip() for words in said.subject.split("|"))
        assert "{" not in said.subject

    def test_loses_nothing_to_what_owners_write(self, kind, example_job):
        content = examples.example(kind, example_job)
        row = EmailText(kind=kind, subject="Ours", opening=HOSTILE, closing=HOSTILE)

        bare = previews.preview_of(content)
        said = texts.filled(row, content.values)
        shown = previews.preview_of(replace(content, texts=said))

        assert shown.subject == "Ours" != bare.subject
        assert squeezed(shown.html).count(HOSTILE) == 2
        assert shown.text.count(HOSTILE) == 2
        without = shown.text.replace(HOSTILE, "")
        assert without.split() == bare.text.split()
        assert "\n\n\n" not in shown.text
        for tag in ("<b>", "<a ", "<table", "</td>", "<!--"):
            assert shown.html.count(tag) == bare.html.count(tag)


class TestAMailThatTellsAChange:
    @pytest.fixture(autouse=True)
    def _texts(self, db):
        BoardSettings.objects.update(name="Marlhaven Jobs", postal_address="1 Quay")
        say(
            Kind.CHANGED,
            subject="{what} at {company} & on {site}",
            opening="Hello & welcome,\n\nread what is new in {title}.",
            closing="See you\nat {place}!",
        )

    def test_says_what_owners_say_around_what_happened(self, changed, followed):
        message = changed()

        company = followed.company.name
        assert message.subject == f"Pay changed at {company} & on Marlhaven Jobs"
        says(
            message,
            f"Hello & welcome, read what is new in {TITLE}. Pay",
            "The job is still open.",
            "See you at Marlhaven!",
            "Stop following this job",
        )
        assert "See you at Marlhaven! -- You get this because" in text_of(message)
        order = ["Hello", "from £26,000", "The job is still", "See you", "You get this"]
        for words in (words_of(message), text_of(message)):
            assert sorted(order, key=words.index) == order

    def test_still_names_job_and_change_in_its_heading(self, changed):
        assert f"Pay changed: {TITLE}" in words_of(changed())

    def test_can_be_stopped_as_ever(self, changed, followed):
        message = changed()

        token = Subscription.objects.get(subscriber__address=message.to[0]).token
        stop = f"http://testserver/subscriptions/unsubscribe/{token}/"
        assert message.extra_headers["List-Unsubscribe"] == f"<{stop}>"
        assert links_of(message).count(stop) == 2
        assert "Marlhaven Jobs, 1 Quay." in text_of(message)

    def test_keeps_the_text_of_its_decision(self, followed, worker, staff):
        edit(followed, pay_max=29000)
        worker.wait(minutes=11)
        assert services.announce_next()
        mail.outbox.clear()
        EmailText.objects.update(subject="Later", opening="Later", closing="Later")
        worker.run()

        announcement = Announcement.objects.get()
        assert {m.subject for m in mail.outbox} == {announcement.subject}
        assert "Later" not in mail.outbox[0].body + announcement.subject
        url = reverse("notifications_announcement", args=[announcement.pk])
        shown = staff.get(url).context["preview"]
        assert shown.subject == announcement.subject
        assert "read what is new" in shown.text
        assert "read what is new" in shown.html

    def test_is_foretold_as_it_will_be(self, followed, changed, staff):
        edit(followed, pay_max=29000, publish=False)

        url = reverse("notifications_preview_email", args=[followed.pk])
        foretold = staff.get(url).context["preview"]

        message = changed()
        assert foretold.subject == message.subject
        assert "read what is new" in foretold.text
        assert "See you<br>at Marlhaven!" in foretold.html

    def test_is_made_once_for_all_followers(self, changed):
        EmailText.objects.update(opening="Öffnen – {title}, " * 30)
        changed()

        row = OutgoingEmail.objects.filter(kind="ANNOUNCEMENT").first()
        skeleton = skeleton_of(announcing.marked(row.announcement, MARKS))
        subscription = Subscription.objects.get(subscriber=row.subscriber)
        values = announcing.marks_of(subscription)
        values |= {"address": row.subscriber.address, "message_id": row.message_id}
        filled = skeleton.fill(values).decode()
        ordinary = content_bytes(messages.compose(row)).decode()
        assert [x for x in filled.splitlines() if "Öffnen" in x] == [
            x for x in ordinary.splitlines() if "Öffnen" in x
        ]
        # A line that is too long for SMTP would be encoded, and could hide a mark.
        assert "quoted-printable" not in filled


class TestValues:
    def test_that_look_like_placeholders_are_none(self, changed):
        say(Kind.CHANGED, opening="New in {title}.")

        message = changed(title="{company} {nothing}", pay_max=29000)

        says(message, "New in {company} {nothing}.")

    def test_cannot_start_a_header_or_a_line(self, changed):
        say(Kind.CHANGED, subject="{title}", opening="Of {title}")

        message = changed(title="Baker\r\nBcc: all@example.org\n--\nBye", pay_max=29000)

        assert message.subject == "Baker Bcc: all@example.org -- Bye"
        assert "\nOf Baker Bcc: all@example.org -- Bye\n" in message.body
        assert message.message()["Bcc"] is None

    def test_that_are_long_do_not_stop_an_announcement(self, changed):
        say(Kind.CHANGED, subject="{title}" * 3)

        message = changed(title="b" * 255, pay_max=29000)

        assert message.subject == "b" * 399 + "…"

    def test_of_a_confidential_company_hold_no_name(self, followed, changed):
        company = followed.company
        company.is_confidential = True
        company.save()
        say(Kind.CHANGED, subject="News of {company}", opening="From {company}.")

        message = changed()

        assert company.name not in message.body + message.subject


class TestATextThatBroke:
    """Such as one of an older version that knew another placeholder."""

    def test_leaves_an_announcement_as_its_files_have_it(self, changed, errors):
        say(Kind.CHANGED, subject="Of {salary}", opening="{", closing="Bye & {site}.")

        message = changed()

        assert message.subject == f"Pay changed: {TITLE}"
        assert "{" not in message.body
        says(message, "Bye & Jobs.")
        assert [text for _name, text in errors()] == [
            "The subject of emails of kind CHANGED is broken and left out",
            "The opening of emails of kind CHANGED is broken and left out",
        ]

    def test_leaves_other_mail_as_its_files_have_it(self, followed, worker, errors):
        say(Kind.CONFIRM, subject="a\nBcc: x@example.org", opening="For {title}.")
        subscriptions.subscribe(email="new@example.org", record=followed.record)
        worker.run()

        message = mail.outbox[-1]
        assert message.subject == f"Confirm that you follow {TITLE}"
        says(message, f"For {TITLE}.")
        assert [text for _name, text in errors()] == [
            "The subject of emails of kind CONFIRM is broken and left out"
        ]

    def test_is_seen_in_the_list(self, db, staff):
        say(Kind.REMINDER, opening="Hello\n{salary}", closing="Bye")

        html = squeezed(staff.get(reverse("notifications_texts")).content.decode())

        assert "The texts of 1 kind cannot be used as they are." in html
        assert "Opening is broken and left out. Line 2: {salary} is not known" in html
        assert "Closing is broken" not in html


class TestOtherMail:
    def test_to_people_and_companies_says_what_owners_say(self, followed, worker):
        for kind in (Kind.CONFIRM, Kind.ALREADY_FOLLOWING, Kind.MANAGE_LINK):
            say(kind, subject=f"{kind} & {{site}}", opening="Dear & new.")
        say(Kind.NEW_FOLLOWER, subject="{followers} of {jobs}", closing="{company}.")
        mail.outbox.clear()
        subscriptions.subscribe(email="new@example.org", record=followed.record)
        subscriptions.subscribe(email="reader@example.org", record=followed.record)
        subscriptions.request_manage_link(email="other@example.org")
        follow(followed, "third@example.org")
        worker.run(hours=1)

        found = {message.to[0]: message for message in mail.outbox}
        assert {to: m.subject for to, m in found.items()} == {
            "new@example.org": "CONFIRM & Jobs",
            "reader@example.org": "ALREADY_FOLLOWING & Jobs",
            "other@example.org": "MANAGE_LINK & Jobs",
            followed.company.email: f"1 new follower of {TITLE}",
        }
        says(found["new@example.org"], "Dear & new. Someone, we hope you, asked us")
        [link] = {x for x in links_of(found["new@example.org"]) if "/confirm/" in x}
        assert subscriptions.waiting(token=link.rstrip("/").rpartition("/")[2])

    def test_reminders_too(self, db, worker):
        say(
            Kind.REMINDER, subject="{weekday}, {closes}: {title}", opening="Soon & now."
        )
        job = make_job(title=TITLE, closes_at=in_days(2))
        make_subscription(job=job, remind_before_closing=True)
        worker.run()
        reminding.owe_reminders()
        worker.run()

        [message] = mail.outbox
        assert message.subject.endswith(f": {TITLE}")
        says(message, "Soon & now. You asked us to remind you.")

    def test_a_preview_in_the_log_says_it(self, followed, worker):
        say(Kind.CONFIRM, opening="Dear & new.")
        subscriptions.subscribe(email="new@example.org", record=followed.record)

        preview = previews.preview(OutgoingEmail.objects.get(kind="CONFIRM"))

        assert "Dear & new." in preview.text
        assert "Dear &amp; new." in preview.html
        assert "You get this because you agreed" not in preview.text
