"""Followers in the admin, companies that may not go, and what each role finds there."""

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.urls import NoReverseMatch, reverse
from wagtail.admin.menu import admin_menu
from wagtail.models import ModelLogEntry, PageLogEntry

from jobs.models import Company, JobPage
from notifications.models import OutgoingEmail, Suppression
from notifications.support.links import PEOPLE
from subscriptions import addresses
from subscriptions.models import Subscriber, Subscription
from tests.factories import (
    edit,
    in_days,
    make_category,
    make_company,
    make_draft,
    make_job,
    make_private,
    make_subscription,
)
from tests.notifications.conftest import TITLE, Staff

FOLLOWS = "wagtailsnippets_subscriptions_subscription"
COMPANY = "wagtailsnippets_jobs_company"
ROLES = {
    "editor": ["Job editors"],
    "publisher": ["Job publishers"],
    "owner": ["Site owners"],
    "support": ["Subscriber support"],
    "admin": [],
}
MAY_SEE_PEOPLE = ("support", "admin")


class TestPeople:
    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("name", [PEOPLE, FOLLOWS])
    def test_only_support_sees_that_they_are_there(self, name, role, followed):
        response = Staff(*ROLES[role]).get(reverse(f"{name}:list"))

        if role in MAY_SEE_PEOPLE:
            assert "r•••@example.org" in response.text
            assert "reader@example.org" not in response.text
        else:
            assert response.status_code == 302
            assert response.url == reverse("wagtailadmin_home")

    @pytest.mark.parametrize("role", ROLES)
    def test_no_chooser_lists_them(self, role, followed):
        client = Staff(*ROLES[role])
        for model in ("subscriber", "subscription"):
            url = f"/admin/snippets/choose/subscriptions/{model}/"
            assert client.get(url).status_code == 404
            with pytest.raises(NoReverseMatch):
                reverse(f"wagtailsnippetchoosers_subscriptions_{model}:choose")

    @pytest.mark.parametrize("name", [PEOPLE, FOLLOWS])
    def test_nobody_edits_or_deletes_them(self, name, followed, staff):
        model = {PEOPLE: Subscriber, FOLLOWS: Subscription}[name]
        before = list(model.objects.values())
        pk = before[0]["id"]

        for action in ("edit", "delete"):
            url = reverse(f"{name}:{action}", args=[pk])
            for response in (staff.get(url), staff.post(url, {"address": "x@y.de"})):
                assert response.status_code in (302, 403, 404)

        assert list(model.objects.values()) == before

    @pytest.mark.parametrize("name", [PEOPLE, FOLLOWS])
    def test_they_cannot_be_searched_by_address(self, name, followed, staff):
        url = reverse(f"{name}:list")

        response = staff.get(url, {"q": "reader@example.org"})

        # What the search field itself repeats is what was typed.
        assert "r•••@example.org" not in response.text or name == PEOPLE

    def test_a_name_in_a_log_is_no_address(self, followed):
        for row in (*Subscriber.objects.all(), *Subscription.objects.all()):
            assert "@" not in str(row)


class TestAddingAFollower:
    URL = f"{FOLLOWS}:add"

    def add(self, client, job, email="New.1+jobs@example.org", **choices):
        data = {"email": email, "job": job.pk, **choices}
        return client.post(reverse(self.URL), data, follow=True)

    def test_the_person_is_asked_to_confirm(self, followed, worker):
        support = Staff("Subscriber support")

        response = self.add(support, followed, closings_only="on")

        assert "Asked to confirm" in response.text
        subscription = Subscription.objects.latest("pk")
        assert subscription.subscriber.address == "New.1+jobs@example.org"
        assert subscription.confirmed_at is None
        assert subscription.closings_only
        worker.run()
        [message] = mail.outbox
        assert message.to == ["New.1+jobs@example.org"]
        assert message.subject == f"Confirm that you follow {TITLE}"

    @pytest.mark.parametrize(
        "consent",
        [{}, {"consent_path": "By phone", "consent_given_on": "2026-03-02"}],
    )
    def test_who_gets_no_email_is_not_added(self, consent, followed):
        support = Staff("Subscriber support")
        blocked = addresses.hashed("new.1+jobs@example.org")
        Suppression.objects.create(address_hash=blocked, reason="BLOCKED")
        before = Subscription.objects.count()

        response = self.add(support, followed, **consent)

        assert "gets no email from us: blocked by staff. Unblock it" in response.text
        assert Subscription.objects.count() == before

    def test_consent_on_record_makes_them_follow_at_once(self, followed, worker):
        support = Staff("Subscriber support")

        response = self.add(
            support,
            followed,
            consent_path="Paper form at the job fair, folder 3",
            consent_given_on="2026-03-02",
        )

        assert "They follow the job." in response.text
        subscription = Subscription.objects.latest("pk")
        assert subscription.is_confirmed
        assert subscription.consent_path == "Paper form at the job fair, folder 3"
        assert str(subscription.agreed_at.date()) == "2026-03-02"
        worker.run()
        # The company hears of them; the person is not asked.
        assert [message.to for message in mail.outbox] == [[followed.company.email]]

    def test_an_email_then_says_when_they_agreed(self, followed, worker, staff):
        consent = {"consent_path": "By phone", "consent_given_on": "2026-03-02"}
        self.add(staff, followed, **consent)
        edit(followed, pay_max=29000)
        worker.run(minutes=11)

        [message] = [m for m in mail.outbox if m.to == ["New.1+jobs@example.org"]]
        assert "you agreed on 2 March to follow this job" in message.body

    @pytest.mark.parametrize(
        ("consent", "says"),
        [
            ({"consent_path": "By phone"}, "Say when they gave it."),
            ({"consent_given_on": "2026-03-02"}, "Say where it is on record."),
            (
                {"consent_path": "By phone", "consent_given_on": "2999-01-01"},
                "This day has not come yet.",
            ),
        ],
    )
    def test_half_a_consent_is_none(self, consent, says, followed, staff):
        response = self.add(staff, followed, **consent)

        assert says in response.text
        assert Subscription.objects.count() == 2

    def test_it_is_in_the_log_of_the_person(self, followed, staff):
        self.add(staff, followed)

        person = Subscription.objects.latest("pk").subscriber
        [entry] = ModelLogEntry.objects.filter(action="support.add")
        assert (entry.object_id, entry.user) == (str(person.pk), staff.user)

    def test_who_follows_already_keeps_what_there_is(self, followed, worker, staff):
        self.add(staff, followed, "READER@example.org")

        assert Subscription.objects.count() == 2
        worker.run()
        assert [m.subject for m in mail.outbox] == [f"You already follow {TITLE}"]

    @pytest.mark.parametrize("email", ["", "nobody", "a@b@c.de", "jürgen@example.org"])
    def test_an_address_must_be_one(self, email, followed, staff):
        self.add(staff, followed, email)

        assert Subscription.objects.count() == 2

    @pytest.mark.parametrize("is_private", [False, True])
    def test_a_job_that_is_not_open_cannot_be_followed(self, db, staff, is_private):
        job = make_job(closes_at=None if is_private else in_days(-1))
        if is_private:
            make_private(job)

        response = self.add(staff, job)

        assert "nothing to follow" in response.text
        assert not Subscription.objects.exists()

    def test_a_draft_cannot_be_followed(self, db, staff):
        self.add(staff, make_draft())

        assert not Subscription.objects.exists()

    @pytest.mark.parametrize("role", ["editor", "publisher", "owner"])
    def test_only_support_may(self, role, followed):
        self.add(Staff(*ROLES[role]), followed)

        assert Subscription.objects.count() == 2

    def test_no_log_of_wagtail_holds_the_address(self, followed, staff):
        self.add(staff, followed)

        for model in (PageLogEntry, ModelLogEntry):
            for entry in model.objects.all():
                assert "@" not in f"{entry.label} {entry.data}"


class TestDeletingACompany:
    def bulk_url(self, *companies):
        url = reverse("wagtail_bulk_action", args=["jobs", "company", "delete"])
        return f"{url}?{'&'.join(f'id={company.pk}' for company in companies)}"

    @pytest.mark.parametrize("state", ["live", "draft", "closed"])
    def test_it_is_refused_while_a_job_names_it(self, state, db, staff):
        company = make_company(name="Crumb & Co")
        make = make_draft if state == "draft" else make_job
        make(company=company, closed_reason="FILLED" if state == "closed" else "")

        response = staff.post(
            reverse(f"{COMPANY}:delete", args=[company.pk]), follow=True
        )

        assert Company.objects.filter(pk=company.pk).exists()
        assert "Archive the company instead of deleting it." in response.text

    def test_it_is_refused_in_bulk_as_a_whole(self, db, staff):
        bakers, divers = make_company(name="Bakers"), make_company(name="Divers")
        for company in (bakers, bakers, divers):
            make_job(company=company)

        url = self.bulk_url(bakers, divers, make_company())
        response = staff.post(url, follow=True)

        assert Company.objects.count() == 3
        assert "Bakers and Divers still have jobs. Archive" in response.text

    def test_it_is_allowed_when_no_job_names_it(self, db, staff):
        company = make_company()

        staff.post(reverse(f"{COMPANY}:delete", args=[company.pk]))

        assert not Company.objects.exists()

    def test_it_is_allowed_in_bulk_when_no_job_names_any(self, db, staff):
        staff.post(self.bulk_url(make_company(), make_company()))

        assert not Company.objects.exists()

    def test_a_notice_that_is_owed_to_it_is_not_sent(self, db, worker, staff):
        company = make_company()
        job = make_job(company=company)
        make_subscription(job=job)
        OutgoingEmail.objects.create(
            kind="NEW_FOLLOWER", key="x", company=company, due_at=worker.now()
        )
        edit(job, company=make_company())

        staff.post(reverse(f"{COMPANY}:delete", args=[company.pk]))
        worker.run()

        assert mail.outbox == []
        assert OutgoingEmail.objects.get().state == "SKIPPED"


class TestMenu:
    def entries(self, role, rf):
        request = rf.get("/admin/")
        request.user = Staff(*ROLES[role]).user
        return {item.name: item for item in admin_menu.menu_items_for_request(request)}

    @pytest.mark.parametrize("role", ["editor", "publisher", "support"])
    def test_it_has_seven_entries_at_most(self, role, db, rf):
        assert len(self.entries(role, rf)) <= 7

    def test_editors_find_jobs_and_companies_first(self, db, rf):
        html = Staff("Job editors").get(reverse("wagtailadmin_home")).text
        assert html.index('"Jobs"') < html.index('"Companies"')

    @pytest.mark.parametrize(
        ("role", "wanted", "unwanted"),
        [
            ("editor", {"jobs", "companies", "announcements"}, {"support"}),
            ("support", {"support", "announcements"}, {"jobs", "email-log"}),
            ("publisher", {"jobs", "companies", "announcements"}, {"support"}),
        ],
    )
    def test_it_shows_what_one_can_use(self, role, wanted, unwanted, db, rf):
        names = set(self.entries(role, rf))

        assert wanted <= names
        assert not unwanted & names
        assert "snippets" not in names

    @pytest.mark.parametrize("role", ROLES)
    def test_every_entry_leads_to_a_page(self, role, db, rf):
        client = Staff(*ROLES[role])
        for item in self.entries(role, rf).values():
            url = getattr(item, "url", "#")
            if not str(url).startswith("/") or url == reverse("wagtailadmin_home"):
                continue
            response = client.get(url, follow=True)
            assert response.status_code == 200, url
            assert response.request["PATH_INFO"] != reverse("wagtailadmin_home"), url


@pytest.mark.parametrize("model", ["company", "jobcategory"])
def test_what_jobs_share_says_how_many_of_them_are_public(model, db):
    job = make_job(category=make_category(name="Kitchen"))
    make_draft(company=job.company, category=job.category)

    html = Staff("Site owners").get(reverse(f"wagtailsnippets_jobs_{model}:list")).text

    table = BeautifulSoup(html, "html.parser").select_one("table.listing")
    headings = [th.text.strip() for th in table.select("thead th")]
    [row] = table.select("tbody tr")
    cell = row.select("td")[headings.index("Public jobs")]
    assert cell.text.strip() == "1"


def test_a_company_without_an_address_is_not_said_to_get_notices(db):
    make_company(name="Quiet", email="")
    make_company(name="Loud", email="loud@company.example", notices="DAILY")

    html = Staff("Site owners").get(reverse(f"{COMPANY}:list")).text

    rows = BeautifulSoup(html, "html.parser").select("table.listing tbody tr")
    assert ["No address" in row.text for row in rows] == [False, True]
    assert "Once a day" in rows[0].text


@pytest.mark.parametrize("role", ROLES)
def test_the_listing_of_jobs_opens(role, followed):
    response = Staff(*ROLES[role]).get(reverse("jobs_listing:index"))

    if role != "support":
        assert "Bread &amp; Butter Baker" in response.text
    assert JobPage.objects.count() == 1
