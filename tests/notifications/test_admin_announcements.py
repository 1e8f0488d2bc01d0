"""What waits to be told, and who may send it now or cancel it."""

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.urls import reverse

from jobs.models import JobPage
from notifications.models import (
    AnnouncedState,
    Announcement,
    AnnouncementSettings,
    Pause,
)
from notifications.views.announcements import AnnouncementsView
from tests.factories import edit, make_job, make_subscription, make_user
from tests.notifications.admin_pages import make_announcement
from tests.notifications.conftest import TITLE, Staff

pytestmark = pytest.mark.usefixtures("followed_once")

LIST = "notifications_announcements"
ROLES = {
    "editor": "Job editors",
    "publisher": "Job publishers",
    "owner": "Site owners",
    "support": "Subscriber support",
    "admin": None,
}
DECIDERS = ("publisher", "owner", "admin")


def sign_in(role):
    group = ROLES[role]
    return Staff(*([group] if group else []))


@pytest.fixture
def waiting(followed):
    """A state whose window holds news."""
    user = make_user("Job publishers", first_name="Petra", last_name="Pauls")
    edit(followed, pay_max=29000, change_note="More dough & pay.", user=user)
    return AnnouncedState.objects.get()


@pytest.fixture
def announced(waiting, worker):
    worker.run(minutes=11)
    return Announcement.objects.get()


def decide(client, what, state):
    return client.post(reverse(f"notifications_{what}", args=[state.pk]))


class TestList:
    @pytest.mark.parametrize("role", ROLES)
    def test_everybody_in_the_admin_sees_it(self, role, waiting):
        response = sign_in(role).get(reverse(LIST))

        assert response.status_code == 200
        assert "Bread &amp; Butter Baker" in response.content.decode()

    @pytest.mark.parametrize("role", ["editor", "support"])
    def test_its_jobs_are_links_for_those_who_may_open_them(self, role, waiting):
        editor = reverse("wagtailadmin_pages:edit", args=[waiting.record.page_id])
        email = reverse("notifications_preview_waiting", args=[waiting.pk])
        client = sign_in(role)

        links = [editor in client.get(x).text for x in (reverse(LIST), email)]

        assert links == [role == "editor"] * 2

    def test_a_stranger_is_asked_to_sign_in(self, waiting, client):
        response = client.get(reverse(LIST))

        assert response.status_code == 302
        assert reverse("wagtailadmin_login") in response.url

    def test_what_goes_out_first_comes_first(self, waiting, followed, worker, staff):
        other = make_job(title="Porter")
        worker.run(minutes=11)
        AnnouncementSettings.objects.update(least_gap_hours=4)
        edit(followed, pay_max=30000)
        worker.wait(minutes=1)
        make_subscription(job=other)
        edit(other, pay_max=30000)

        text = staff.get(reverse(LIST)).content.decode()

        assert text.index("Porter") < text.index("Bread &amp; Butter Baker")

    def test_a_pause_is_said(self, waiting, staff):
        Pause.objects.create()

        text = staff.get(reverse(LIST)).content.decode()

        assert "All email has been paused since" in text

    def test_it_says_what_waits_for_whom_and_since_when(self, waiting, staff):
        response = staff.get(reverse(LIST))

        html = response.content.decode()
        [row] = response.context["waiting"]
        assert (row["what"], row["people"]) == ("Pay changed", 2)
        assert "£26,000 to £29,000 a year" in html
        assert "More dough &amp; pay." in html
        assert "Petra Pauls" in html or waiting.actor.username in html

    def test_it_names_nobody_who_follows(self, announced, staff):
        assert "example.org" not in staff.get(reverse(LIST)).content.decode()

    def test_a_window_that_holds_no_news_is_not_listed(self, followed, staff):
        edit(followed)

        html = staff.get(reverse(LIST)).content.decode()
        assert "Nothing is waiting." in html
        assert TITLE not in html

    @pytest.mark.parametrize(
        ("tab", "count"), [("", 1), ("sent", 1), ("sending", 0), ("cancelled", 0)]
    )
    def test_its_tabs_sort_by_state(self, tab, count, announced, staff):
        response = staff.get(reverse(LIST), {"state": tab})

        assert len(response.context["announcements"]) == count

    @pytest.mark.parametrize("tab", ["", "sent"])
    def test_its_second_page_is_where_its_link_leads(
        self, tab, followed, staff, monkeypatch
    ):
        monkeypatch.setattr(AnnouncementsView, "paginate_by", 2)
        for version in (1, 2, 3):
            make_announcement(followed.record, version=version)

        first = staff.get(reverse(LIST), {"state": tab})
        soup = BeautifulSoup(first.content, "html.parser")
        [link] = soup.select("nav.pagination .next a")
        second = staff.get(link["href"])

        assert len(first.context["announcements"]) == 2
        assert len(second.context["announcements"]) == 1
        assert "Page 2 of 2" in second.text
        assert soup.select_one('nav.pagination a[aria-current="page"]').text.strip()


class TestDetail:
    @pytest.mark.parametrize("role", ROLES)
    def test_everybody_in_the_admin_sees_what_was_told(self, role, announced):
        url = reverse("notifications_announcement", args=[announced.pk])
        response = sign_in(role).get(url)

        html = response.content.decode()
        assert response.status_code == 200
        assert f"Pay changed: {TITLE}".replace("&", "&amp;") in html
        assert "£26,000 to £29,000 a year" in html
        assert "reader@example.org" not in html
        assert "other@example.org" not in html

    @pytest.mark.parametrize("role", ["editor", "support"])
    def test_its_job_is_a_link_for_those_who_may_open_it(self, role, announced):
        editor = reverse("wagtailadmin_pages:edit", args=[announced.record.page_id])
        url = reverse("notifications_announcement", args=[announced.pk])

        assert (editor in sign_in(role).get(url).text) is (role == "editor")

    def test_a_deleted_job_is_still_shown(self, followed, worker, staff):
        followed.delete()
        worker.run(minutes=11)

        announcement = Announcement.objects.get()
        url = reverse("notifications_announcement", args=[announcement.pk])
        assert staff.get(url).status_code == 200
        assert staff.get(reverse(LIST)).status_code == 200

    def test_an_unknown_one_is_not_found(self, db, staff):
        url = reverse("notifications_announcement", args=[999999])
        assert staff.get(url).status_code == 404


class TestDeciding:
    @pytest.mark.parametrize("what", ["send_now", "cancel"])
    def test_looking_decides_nothing(self, what, waiting, staff):
        url = reverse(f"notifications_{what}", args=[waiting.pk])

        assert staff.get(url).status_code == 405
        assert staff.head(url).status_code == 405
        waiting.refresh_from_db()
        assert waiting.due_at is not None
        assert not Announcement.objects.exists()

    @pytest.mark.parametrize("role", ROLES)
    def test_who_may_send_now(self, role, waiting, worker):
        decide(sign_in(role), "send_now", waiting)
        worker.run()

        assert len(mail.outbox) == (2 if role in DECIDERS else 0)

    @pytest.mark.parametrize(
        ("is_paused", "said"),
        [
            (False, "It goes out now."),
            (True, "It goes out when email is resumed."),
        ],
    )
    def test_it_says_when_that_is(self, is_paused, said, waiting, staff):
        if is_paused:
            Pause.objects.create()

        url = reverse("notifications_send_now", args=[waiting.pk])
        response = staff.post(url, follow=True)

        [message] = response.context["messages"]
        assert str(message).strip() == said

    @pytest.mark.parametrize("role", ROLES)
    def test_who_may_cancel(self, role, waiting, worker):
        decide(sign_in(role), "cancel", waiting)
        worker.run(minutes=11)

        assert len(mail.outbox) == (0 if role in DECIDERS else 2)

    @pytest.mark.parametrize("role", ROLES)
    def test_the_buttons_are_for_those_who_may(self, role, waiting):
        html = sign_in(role).get(reverse(LIST)).content.decode()

        assert ("Send now" in html) == (role in DECIDERS)

    def test_what_was_decided_is_said(self, waiting, worker, staff):
        response = staff.post(
            reverse("notifications_cancel", args=[waiting.pk]), follow=True
        )
        [message] = response.context["messages"]
        assert str(message).strip() == (
            "Cancelled. Followers still know what they were last told."
        )
        assert Announcement.objects.get().actor == staff.user

    @pytest.mark.parametrize("what", ["send_now", "cancel"])
    def test_too_late_is_said(self, what, announced, staff):
        state = AnnouncedState.objects.get()
        response = staff.post(
            reverse(f"notifications_{what}", args=[state.pk]), follow=True
        )

        [message] = response.context["messages"]
        assert str(message).startswith("Too late")
        assert Announcement.objects.count() == 1

    def test_cancelled_ones_are_shown_as_such(self, waiting, staff):
        decide(staff, "cancel", waiting)

        response = staff.get(reverse(LIST), {"state": "cancelled"})
        assert [x.state for x in response.context["announcements"]] == ["CANCELLED"]
        assert not JobPage.objects.get().record.announcements.told().exists()
