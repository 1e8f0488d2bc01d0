"""The support desk: who is found, who may look, what one sees, and that it is noted."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import ModelLogEntry

from notifications.models import OutgoingEmail, Suppression
from notifications.support.links import PEOPLE
from notifications.suppressing import suppress
from subscriptions.models import Subscriber, Subscription
from tests.notifications.conftest import Staff

pytestmark = pytest.mark.usefixtures("followed_once")

ROLES = {
    "editor": ["Job editors"],
    "publisher": ["Job publishers"],
    "owner": ["Site owners"],
    "support": ["Subscriber support"],
    "admin": [],
}
READER = "reader@example.org"


@pytest.fixture
def support(db):
    return Staff("Subscriber support")


@pytest.fixture
def person(followed):
    return Subscriber.objects.with_address(READER)


def find(client, address, **kwargs):
    return client.post(reverse(f"{PEOPLE}:list"), {"email": address}, **kwargs)


def page_of(person):
    return reverse(f"{PEOPLE}:inspect", args=[person.pk])


def looks_at(person):
    entries = ModelLogEntry.objects.filter(action="support.look")
    return list(entries.filter(object_id=person.pk).values_list("user__username"))


class TestFinding:
    @pytest.mark.parametrize("typed", [READER, " Reader@EXAMPLE.org "])
    def test_a_whole_address_leads_to_the_person(self, typed, person, support):
        response = find(support, typed)

        assert response.status_code == 302
        assert response.url == page_of(person)
        assert "@" not in response.url

    @pytest.mark.parametrize("typed", ["reader", "reader@", "reader@example", "", "@"])
    def test_half_an_address_finds_nobody(self, typed, person, support):
        response = find(support, typed)

        assert response.status_code == 200
        assert "error" in response.text

    def test_an_unknown_one_is_said_to_be_unknown(self, person, support):
        response = find(support, "stranger@example.org")

        assert "Nobody known follows a job with stranger@example.org" in response.text
        assert "Block the address" in response.text

    def test_an_unknown_one_can_be_blocked_and_unblocked(self, person, support):
        address = {"email": "stranger@example.org"}
        support.post(reverse("support_block_unknown"), address)
        assert Suppression.objects.get().reason == "BLOCKED"
        assert "Unblock the address" in find(support, "stranger@example.org").text

        support.post(reverse("support_block_unknown"), address | {"unblock": ""})

        assert not Suppression.objects.exists()
        acts = ModelLogEntry.objects.order_by("pk").values_list("action", "label")
        assert [action for action, _label in acts] == [
            "support.block",
            "support.unblock",
        ]
        assert not any("@" in label for _action, label in acts)


class TestLooking:
    def test_a_page_tells_who_it_is_and_what_they_follow(self, person, support):
        text = support.get(page_of(person)).text

        assert READER in text
        assert "Bread &amp; Butter Baker" in text

    def test_every_look_is_noted_and_names_nobody(self, person, support):
        support.get(page_of(person))
        follow = person.subscriptions.get()
        support.get(reverse("support_trace", args=[follow.pk]))

        assert looks_at(person) == [(support.user.username,)] * 2
        assert not ModelLogEntry.objects.filter(label__contains="@").exists()
        assert support.user.username in support.get(page_of(person)).text

    def test_a_head_shows_nothing_and_notes_nothing(self, person, support):
        followed = person.subscriptions.get()
        pages = (
            page_of(person),
            reverse("support_trace", args=[followed.pk]),
            f"{reverse('wagtailsnippets_subscriptions_subscription:list')}?export=csv",
        )

        assert [Staff().head(page).status_code for page in pages] == [200] * 3

        assert not ModelLogEntry.objects.exists()

    def test_no_token_that_works_is_shown(self, person, support):
        follow = person.subscriptions.get()
        for url in (page_of(person), reverse("support_trace", args=[follow.pk])):
            assert follow.token not in support.get(url).text

    def test_why_an_address_gets_no_email_is_said(self, person, support):
        suppress(address=READER, reason="COMPLAINED")

        text = support.get(page_of(person)).text

        assert "marked us as spam" in text
        assert "Unblock the address" in text

    def test_the_title_and_the_address_of_no_page_name_anybody(self, person, support):
        follow = person.subscriptions.get()
        for url in (
            page_of(person),
            reverse("support_trace", args=[follow.pk]),
            reverse("support_act", args=[person.pk, "erase"]),
        ):
            head = support.get(url).text.partition("</title>")[0]
            assert "@" not in url
            assert READER not in head


class TestRights:
    """Without the right nobody meets an address, whichever way they try."""

    def urls(self, person):
        follow = person.subscriptions.get()
        return [
            reverse(f"{PEOPLE}:list"),
            page_of(person),
            reverse(f"{PEOPLE}:usage", args=[person.pk]),
            reverse(f"{PEOPLE}:history", args=[person.pk]),
            f"{reverse(f'{PEOPLE}:list')}?export=csv",
            reverse("wagtailsnippets_subscriptions_subscription:list"),
            reverse("wagtailsnippets_subscriptions_subscription:add"),
            f"{reverse('wagtailsnippets_subscriptions_subscription:list')}?export=csv",
            reverse("support_trace", args=[follow.pk]),
            reverse("support_act", args=[person.pk, "stop-all"]),
            reverse("support_act", args=[person.pk, "erase"]),
            reverse("support_stop", args=[follow.pk]),
            reverse("email-log_modeladmin_index"),
            "/admin/snippets/choose/subscriptions/subscriber/",
            "/admin/snippets/choose/subscriptions/subscription/",
            "/admin/reports/site-history/",
        ]

    @pytest.mark.parametrize("role", ["editor", "publisher", "owner"])
    def test_no_page_shows_one(self, role, person):
        Staff("Subscriber support").get(page_of(person))
        client = Staff(*ROLES[role])

        for url in self.urls(person):
            response = client.get(url, follow=True)
            for address in Subscriber.objects.values_list("address", flat=True):
                assert address not in response.text, url
        assert looks_at(person) == looks_at(person)[:1]

    @pytest.mark.parametrize("role", ["editor", "publisher", "owner"])
    def test_nothing_can_be_done_to_them(self, role, person):
        client = Staff(*ROLES[role])
        follow = person.subscriptions.get()
        before = list(Subscription.objects.values())

        for url in (
            reverse("support_act", args=[person.pk, "stop-all"]),
            reverse("support_act", args=[person.pk, "block"]),
            reverse("support_act", args=[person.pk, "erase"]),
            reverse("support_send_link", args=[person.pk]),
            reverse("support_stop", args=[follow.pk]),
            reverse("support_resend_confirmation", args=[follow.pk]),
            reverse("support_block_unknown"),
        ):
            response = client.post(url, {"email": READER})
            assert response.status_code == 302
            assert response.url == reverse("wagtailadmin_home")

        assert list(Subscription.objects.values()) == before
        assert not Suppression.objects.exists()
        assert not OutgoingEmail.objects.exists()

    def test_a_list_of_people_is_exported_to_nobody(self, person, support):
        for client in (support, Staff()):
            response = client.get(reverse(f"{PEOPLE}:list"), {"export": "csv"})
            content = response.getvalue() if response.streaming else response.content
            assert READER.encode() not in content

    def test_taking_people_away_in_a_file_is_a_right_of_its_own(self, person, support):
        url = reverse("wagtailsnippets_subscriptions_subscription:list")
        assert "export=csv" not in support.get(url).text
        assert support.get(url, {"export": "csv"}).status_code == 302
        download = reverse("support_download", args=[person.pk])
        assert support.post(download).status_code == 302
        assert "Download" not in support.get(page_of(person)).text

        support.user.user_permissions.add(
            Permission.objects.get(codename="export_subscriber")
        )

        assert "export=csv" in support.get(url).text
        content = support.get(url, {"export": "csv"}).getvalue().decode()
        assert f"{READER},Bread & Butter Baker" in content
        held = support.post(download)
        assert held.json()["person"]["address"] == READER
        assert "attachment" in held["Content-Disposition"]
        assert "no-store" in held["Cache-Control"]
        noted = ModelLogEntry.objects.exclude(action="support.look")
        assert sorted(noted.values_list("action", flat=True)) == [
            "support.download",
            "support.export",
        ]
        assert not noted.filter(label__contains="@").exists()

    def test_the_right_can_be_given_in_the_form_of_a_group(self, db):
        group = Group.objects.get(name="Subscriber support")

        url = reverse("wagtailusers_groups:edit", args=[group.pk])

        assert "Can download what is held about followers" in Staff().get(url).text

    def test_who_may_only_look_finds_nothing_to_press(self, person):
        client = Staff("Subscriber support")
        [group] = client.user.groups.all()
        group.permissions.remove(
            *group.permissions.filter(
                codename__in=["change_subscriber", "delete_subscriber"]
            )
        )

        text = client.get(page_of(person)).text

        assert READER in text
        for words in ("Block the address", "Erase the person", "Send them their link"):
            assert words not in text


class TestFrontPage:
    def front_page(self, client):
        return client.get(reverse("wagtailadmin_home")).content.decode()

    def test_finds_a_person_and_no_page(self, person, support):
        html = self.front_page(support)

        assert "Search all pages" not in html
        form = html[html.index(f'action="{reverse(f"{PEOPLE}:list")}"') :]
        assert "csrfmiddlewaretoken" in form[: form.index("</form>")]
        assert find(support, READER).url == page_of(person)

    @pytest.mark.parametrize("group", ["Job editors", "Job publishers", "Site owners"])
    def test_finds_pages_and_nobody_for_others(self, followed, group):
        html = self.front_page(Staff(group))

        assert "Search all pages" in html
        assert "Find the person" not in html
