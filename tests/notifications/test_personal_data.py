"""What we hold about a person: shown to them as a whole, and gone as a whole."""

import json
import logging

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobs.models import JobRecord
from notifications import ticking
from notifications.models import Enquiry, OutgoingEmail, Suppression
from notifications.suppressing import suppress
from subscriptions import services, tokens
from subscriptions.addresses import hashed
from subscriptions.models import Subscriber, Subscription
from tests.factories import (
    edit,
    follow,
    make_company,
    make_job,
    make_subscriber,
    make_subscription,
)
from tests.subscriptions.visiting import Visitor

pytestmark = pytest.mark.django_db
READER = "Wilhelmina.Oyelaran@private.example"
NAMES = ("wilhelmina", "oyelaran", "private.example")
MANAGE = "/subscriptions/manage/"


@pytest.fixture
def life(worker):
    """Everything that may happen to a follower, through the public pages."""
    company = make_company(name="Crumb & Co", email="hiring@crumb.example")
    jobs = [make_job(title=title, company=company) for title in ("Baker", "Usher")]
    client = Visitor()
    for job in jobs:
        record = JobRecord.for_page(job)
        url = reverse("subscriptions:follow", args=[record.pk])
        client.post(url, {"email": f"{NAMES[0]}@@"})
        response = client.post(url, {"email": READER, "share_address": "on"})
        client.get(response.url)
    worker.run()
    asked = Subscription.objects.order_by("pk")
    token = tokens.confirm_token(asked[0])
    client.post(
        reverse("subscriptions:confirm", args=[token]),
        {"follow": [row.pk for row in asked]},
    )
    client.post(MANAGE, {"email": READER})
    worker.run()
    edit(jobs[0], pay_max=31000, change_note="More dough.")
    worker.run(hours=1)
    client.get(MANAGE)
    client.post(f"{MANAGE}stop/", {"subscription": asked[1].pk})
    client.get(f"{MANAGE}download/")
    worker.run()
    return client


def found_in_tables(*words):
    """Every column of every table that has one of ``words``, JSON and bytes too."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        for field in model._meta.concrete_fields:
            values = model._base_manager.values_list(field.attname, flat=True)
            text = "\n".join(_plain(field, value) for value in values).lower()
            if any(word.lower() in text for word in words):
                found.add(f"{model._meta.label}.{field.name}")
    return found


def _plain(field, value):
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    # Blocks as they are stored, not as they are shown.
    stored = field.get_prep_value(value)
    return json.dumps(stored, default=str, ensure_ascii=False)


class TestExport:
    def test_has_all_that_the_tables_have(self, life):
        data = services.personal_data(email=READER.upper())

        person = Subscriber.objects.get()
        assert data["person"]["address"] == READER
        assert data["person"]["found_by"] == person.address_hash
        text = json.dumps(data, ensure_ascii=False)
        for row in Subscription.objects.all():
            [shown] = [x for x in data["follows"] if x["number"] == row.pk]
            assert shown["job"] == row.record.title
            assert shown["confirmed_at"] == row.confirmed_at.isoformat()
            assert shown["agreed_to"]["page"] == row.consent_path
            assert "Nothing else." in shown["agreed_to"]["wording"]
            assert row.token in text
        for email in OutgoingEmail.objects.all():
            assert email.message_id in text
        assert [x["subject"] for x in data["emails"] if x["subject"]] == [
            "Pay changed: Baker"
        ]
        assert data["companies_told"][0]["company"] == "Crumb & Co"
        assert data["not_written_to"] is None

    def test_says_what_forbids_an_email(self):
        suppress(address=READER, reason="BOUNCED")

        data = services.personal_data(email=READER)

        assert data["person"] is None
        assert data["not_written_to"]["because"] == "Does not take email"

    def test_of_nobody_has_the_same_shape_and_nothing_in_it(self, life):
        known = services.personal_data(email=READER)
        unknown = services.personal_data(email="nobody@example.org")

        assert known.keys() == unknown.keys()
        assert not any(
            unknown[key] for key in unknown.keys() - {"asked_for", "asked_at"}
        )

    def test_has_nothing_of_anybody_else(self, life, worker):
        follow(make_job(title="Secret of somebody"), "somebody@example.org")
        worker.run()

        text = json.dumps(services.personal_data(email=READER))

        assert "somebody" not in text

    @pytest.mark.parametrize("jobs", [1, 5])
    def test_costs_the_same_however_much_it_is(
        self, jobs, worker, django_assert_max_num_queries
    ):
        person = make_subscriber(READER)
        for _ in range(jobs):
            make_subscription(subscriber=person)
            services.subscribe(
                email=READER, record=JobRecord.for_page(make_job(title="Usher"))
            )
            worker.run(hours=1)

        with django_assert_max_num_queries(8):
            services.personal_data(email=READER)


class TestErasure:
    def test_leaves_neither_address_nor_name_in_any_column_nor_in_the_logs(
        self, caplog, request
    ):
        caplog.set_level(logging.DEBUG)
        life = request.getfixturevalue("life")
        worker = request.getfixturevalue("worker")
        assert found_in_tables(*NAMES) == {"subscriptions.Subscriber.address"}
        hash_ = hashed(READER)
        assert found_in_tables(hash_) == {
            "subscriptions.Subscriber.address_hash",
            "notifications.Enquiry.address_hash",
        }

        life.post(f"{MANAGE}erase/")
        worker.run(hours=1)
        ticking.tick()

        assert found_in_tables(*NAMES, hash_) == set()
        assert not Subscription.objects.exists()
        formatter = logging.Formatter()
        for record in caplog.records:
            logged = f"{formatter.format(record)} {record.args}".lower()
            assert not any(name in logged for name in NAMES)

    def test_would_find_an_address_that_stayed(self, life):
        OutgoingEmail.objects.update(last_code=f"550 no such user {READER}")

        services.erase(email=READER)

        assert found_in_tables(*NAMES) == {"notifications.OutgoingEmail.last_code"}

    def test_forgets_an_unknown_address_that_asked(self, worker):
        services.request_manage_link(email=READER)

        assert not services.erase(email=READER)

        assert not Enquiry.objects.exists()
        worker.run()
        assert mail.outbox == []

    def test_keeps_the_hash_that_stops_us_from_writing_again(self, life):
        suppress(address=READER, reason="COMPLAINED")

        services.erase(email=READER)

        assert Suppression.objects.get().address_hash == hashed(READER)
        assert found_in_tables(hashed(READER)) == {
            "notifications.Suppression.address_hash"
        }

    def test_skips_what_is_not_sent_yet(self, worker):
        job = make_job(title="Baker")
        follow(job, READER)
        worker.run()
        mail.outbox.clear()
        services.request_manage_link(email=READER)

        services.erase(email=READER)
        worker.run()

        assert mail.outbox == []


class TestOwnPage:
    @pytest.fixture
    def opened(self):
        client = Client()
        token = tokens.manage_token(make_subscriber(READER))
        client.get(reverse("subscriptions:manage_open", args=[token]))
        return client

    def test_shows_the_emails_about_each_job(self, opened, worker):
        job, other = make_job(title="Baker"), make_job(title="Usher")
        for followed in (job, other):
            make_subscription(job=followed, email=READER)
        worker.run()
        edit(job, pay_max=31000)
        worker.run(hours=1)
        assert [x.subject for x in mail.outbox] == ["Pay changed: Baker"]

        page = " ".join(opened.get(MANAGE).content.decode().split())

        assert page.count("1 email, on") == 1
        assert "Pay changed: Baker" in page

    @pytest.mark.parametrize("jobs", [2, 6])
    def test_costs_the_same_for_emails_however_many_jobs(self, jobs, opened):
        for _ in range(jobs):
            make_subscription(email=READER)

        with CaptureQueriesContext(connection) as queries:
            opened.get(MANAGE)

        assert len([x for x in queries if "outgoingemail" in x["sql"]]) == 1
