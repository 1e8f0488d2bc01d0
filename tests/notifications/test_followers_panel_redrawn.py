"""When the panel of followers is drawn again, and what it says then."""

import pytest
from django.urls import reverse

from notifications import services, side_panels
from notifications.foretelling import last_announcement
from notifications.models import AnnouncementSettings, Pause
from tests.factories import edit
from tests.notifications.conftest import Staff
from tests.notifications.followers_panel import decision_url, moves, panel, panel_url
from tests.notifications.reading import squeezed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("followed_once")]


@pytest.fixture
def publisher(db):
    return Staff("Job publishers")


@pytest.fixture(autouse=True)
def _no_least_gap(db):
    AnnouncementSettings.objects.update(least_gap_hours=0)


class TestBeingWatched:
    def test_it_is_looked_at_again_while_an_email_leaves(
        self, followed, publisher, worker
    ):
        edit(followed, pay_max=29000)
        assert not moves(publisher, followed)

        publisher.post(decision_url("send_now"))
        assert moves(publisher, followed)

        worker.run()
        assert not moves(publisher, followed)

    def test_it_is_looked_at_again_while_mails_are_sent(self, followed, publisher):
        edit(followed, pay_max=29000)
        publisher.post(decision_url("send_now"))
        services.announce_next()

        text = panel(publisher, followed)

        assert "On its way" in text
        assert "Sent to 0 of 0" not in text
        assert moves(publisher, followed)

    def test_it_is_looked_at_again_in_a_pause_until_that_is_over(
        self, followed, publisher, worker
    ):
        edit(followed, pay_max=29000)
        publisher.post(decision_url("send_now"))
        pause = Pause.objects.create(paused_by=publisher.user)
        services.announce_next()
        assert moves(publisher, followed)

        pause.delete()
        worker.run()
        assert not moves(publisher, followed)

    def test_what_is_announced_while_it_is_drawn_is_not_foretold(
        self, followed, publisher, monkeypatch
    ):
        edit(followed, pay_max=29000)
        publisher.post(decision_url("send_now"))

        def announced_just_now(page):
            services.announce_next()
            return last_announcement(page)

        monkeypatch.setattr(side_panels, "last_announcement", announced_just_now)
        [drawn, again] = (panel(publisher, followed) for _ in range(2))

        assert "On its way" in drawn
        assert "Publishing will tell" not in drawn
        assert "Nothing they follow has changed since" in drawn
        assert drawn == again

    def test_by_itself_it_says_the_same_as_beside_the_form(self, followed, publisher):
        edit(followed, pay_max=29000, publish=False)

        alone = publisher.get(panel_url(followed))

        assert squeezed(alone.content.decode()) in panel(publisher, followed)

    def test_it_has_its_place_before_there_is_a_page(self, followed, publisher):
        url = reverse(
            "wagtailadmin_pages:add",
            args=["jobs", "jobpage", followed.get_parent().pk],
        )

        html = publisher.get(url).content.decode()

        assert 'class="followers-panel"' in html
        assert "data-redraws-from" not in html
