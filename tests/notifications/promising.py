"""A job whose publisher reads what is promised, acts, and looks at what was sent.

Who should be told is kept here a second time, in plain Python, so that a promise and
its email cannot be wrong together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse

from jobs.models import JobPage
from jobs.services import close_job, reopen_job
from notifications.models import AnnouncedState, Announcement, Suppression
from notifications.rendering import Message
from subscriptions.addresses import hashed
from subscriptions.models import Subscription
from tests.factories import edit, make_job, make_subscription
from tests.notifications.reading import squeezed, text_of, words_of

#: How somebody may follow. Only the first two ever get an email of ours.
ALL, ENDINGS = "all", "endings"
HOW = (ALL, ENDINGS, "suppressed", "unconfirmed", "ended")
KINDS_FOR_ALL = Announcement.ENDINGS


@dataclass
class Follower:
    how: str
    subscription: Subscription
    since_version: int

    @property
    def address(self):
        return self.subscription.subscriber.address


@dataclass
class Promise:
    """What was said before the click; ``people`` is 0 when no email was promised."""

    people: int
    subject: str = ""
    differences: str = ""


NOTHING = Promise(0)


@dataclass
class Story:
    """One job, from its first publication on, as ``publisher`` and ``worker`` see it."""

    publisher: object
    worker: object
    job: JobPage = field(default_factory=lambda: make_job(title="Night baker & mate"))
    followers: list[Follower] = field(default_factory=list)

    # People

    def join(self, how):
        rows = {"closings_only": how == ENDINGS, "confirmed": how != "unconfirmed"}
        address = f"{how}{len(self.followers)}@example.org"
        made = make_subscription(job=self.fresh(), email=address, **rows)
        values = {"requested_at": self.worker.now()}
        if rows["confirmed"]:
            values["confirmed_at"] = self.worker.now()
        if how == "ended":
            values |= {"ended_at": self.worker.now(), "ended_reason": "UNSUBSCRIBED"}
        Subscription.objects.filter(pk=made.pk).update(**values)
        if how == "suppressed":
            self._suppress(address)
        version = AnnouncedState.objects.get().version
        self.followers.append(Follower(how, made, version))

    def leave(self, number):
        if self.followers:
            gone = self.followers[number % len(self.followers)]
            gone.how = "ended"
            Subscription.objects.filter(pk=gone.subscription.pk).update(
                ended_at=self.worker.now(), ended_reason="UNSUBSCRIBED"
            )

    def bounce(self, number):
        if self.followers:
            lost = self.followers[number % len(self.followers)]
            lost.how = "suppressed" if lost.how in (ALL, ENDINGS) else lost.how
            self._suppress(lost.address)

    def _suppress(self, address):
        Suppression.objects.get_or_create(
            address_hash=hashed(address), defaults={"reason": "BOUNCED"}
        )

    def wanting(self, kind):
        """The addresses that news of ``kind`` must reach, decided now."""
        hows = (ALL, ENDINGS) if kind in KINDS_FOR_ALL else (ALL,)
        return sorted(x.address for x in self.followers if x.how in hows)

    # What is promised, read from the admin's own pages

    def fresh(self):
        return JobPage.objects.get(pk=self.job.pk)

    def panel(self):
        url = reverse("notifications_followers_panel", args=[self.job.pk])
        return self.publisher.get(url).content.decode()

    def of_the_draft(self):
        source = self.panel()
        start = source.find('id="followers-draft"')
        end = source.find('id="followers-told"')
        section = source[start : end if end > 0 else None] if start > 0 else ""
        found = re.search(r"will tell (\d+) follower", squeezed(section))
        if found is None:
            assert (
                "emails no one" in section
                or "not told" in section
                or ("chose not to tell them" in section)
            )
            return NOTHING
        url = reverse("notifications_preview_email", args=[self.job.pk])
        return self._promise(int(found[1]), section, url)

    def of_what_waits(self):
        source = self.panel()
        start, end = source.find('id="followers-waiting"'), source.find("</section>")
        if start < 0:
            return NOTHING
        section = source[start:end]
        found = re.search(r"to (\d+) (?:person|people):", squeezed(section))
        if found is None:
            assert "Emails no one" in section
            return NOTHING
        state = AnnouncedState.objects.get()
        url = reverse("notifications_preview_waiting", args=[state.pk])
        return self._promise(int(found[1]), section, url)

    def _promise(self, people, section, preview_url):
        source = self.publisher.get(preview_url).content.decode()
        preview = squeezed(source)
        numbers = re.findall(r"(?:to|this to) (\d+) followers?\.", preview)
        assert numbers == [str(people)], (numbers, people)
        [subject] = re.findall(r"<p><strong>(.+?)</strong></p>", source)
        return Promise(people, squeezed(subject), differences_in(section))

    def of_page(self, url):
        """How many a page that asks to confirm says will be told."""
        text = squeezed(self.publisher.get(url).content.decode())
        found = re.search(r"(\d+) followers? will be told", text)
        if found is None:
            assert "No email goes out" in text, text[-600:]
        return int(found[1]) if found else 0

    # What is done

    def save(self, changes):
        self.job = edit(self.fresh(), publish=False, **changes)

    def publish(self):
        revision = self.fresh().get_latest_revision()
        revision.publish()

    def cancel(self):
        url = reverse("notifications_cancel", args=[AnnouncedState.objects.get().pk])
        self.publisher.post(url, follow=True)

    def close(self, reason):
        close_job(page_id=self.job.pk, reason=reason)

    def open_again(self):
        reopen_job(page_id=self.job.pk)

    def take_down(self, act):
        """Unpublish or delete the job; answer how many it says then will be told."""
        url = reverse(f"wagtailadmin_pages:{act}", args=[self.job.pk])
        response = self.publisher.post(url, {"ending_because": "IN_ERROR"}, follow=True)
        said = " ".join(str(message) for message in response.context["messages"])
        found = re.search(r"(\d+) followers? will be told", said)
        return int(found[1]) if found else 0

    # What came of it

    def sent(self):
        """All emails since the last look, once everything due has happened.

        Twice, as the least gap may hold a change for four hours.
        """
        mail.outbox.clear()
        self.worker.run(minutes=11)
        self.worker.run(hours=5)
        return [m for m in mail.outbox if isinstance(m, Message)]

    def keeps(self, promise, kind=None):
        """Assert that exactly what was promised is what everybody got, and nobody else."""
        mails = self.sent()
        told = Announcement.objects.order_by("pk").last()
        kind = kind or (told.kind if mails else None)
        wanted = self.wanting(kind) if promise.people else []
        assert sorted(m.to[0] for m in mails) == wanted
        assert len(mails) == promise.people
        for message in mails:
            assert message.subject == promise.subject or not promise.subject
        if promise.subject and mails:
            assert differences_of(told) == promise.differences
            for line in told.lines:
                for value in (line["before"], line["after"], line.get("text", "")):
                    assert " ".join(value.split()) in text_of(mails[0])
                    assert squeezed_words(value) in words_of(mails[0])


def squeezed_words(value):
    return squeezed(value.replace("&", "&amp;").replace("<", "&lt;"))


def differences_in(source):
    """The list of differences in ``source``, as its reader sees it."""
    found = re.search(r'<dl class="changes">.*?</dl>', source, flags=re.DOTALL)
    return squeezed(found[0]) if found else ""


def differences_of(announcement):
    context = {"lines": announcement.lines}
    html = render_to_string("components/changes.html", context)
    return squeezed(html) if announcement.lines else ""
