"""The admin's own job form, filled in and sent."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils.text import slugify
from wagtail.test.utils.form_data import (
    inline_formset,
    nested_form_data,
    rich_text,
    streamfield,
)

from jobs.models import JobPage
from tests.factories import make_board, make_company, make_user


@pytest.fixture(autouse=True)
def _nothing_indexed(unindexed):
    """Whoever wants the indexes asks for ``indexed``."""


class JobEditor:
    """An editor at the job form; what it sends is what a browser would send."""

    def __init__(self, client):
        self.client = client
        self.add_url = reverse(
            "wagtailadmin_pages:add", args=["jobs", "jobpage", make_board().pk]
        )

    def data(self, *, requirements=(), locations=("Marlhaven",), body=None, **fields):
        """A job that can be published, with ``fields`` in the place of its own."""
        rows = [
            {"place": x, "region": "", "country": "GB"} if isinstance(x, str) else x
            for x in locations
        ]
        asked = [{"text": x, "kind": "MUST"} for x in requirements]
        text = rich_text("<p>The ovens are lit at ten.</p>") if body is None else body
        values = {
            "title": "Bread & butter baker",
            "slug": "",
            "summary": "Bakes through the night.",
            "employment_type": "FULL_TIME",
            "workplace": "ON_SITE",
            "pay_min": "",
            "pay_max": "",
            "pay_currency": "GBP",
            "pay_period": "YEAR",
            "closes_at": "",
            "apply_url": "https://www.crumb.example/jobs",
            "apply_email": "",
            "category": "",
            "tags": "",
            "tell_followers": "AUTOMATIC",
            "change_note": "",
            "body": streamfield([("paragraph", text)] if text else []),
            "locations": inline_formset(rows),
            "requirements": inline_formset(asked),
            "comments": inline_formset([]),
        }
        if "company" not in fields:
            values["company"] = make_company().pk
        values |= fields
        # As the page's own script does while the title is typed.
        values["slug"] = values["slug"] or slugify(values["title"])
        return nested_form_data(values)

    def add(self, *, action="publish", **fields):
        """Send the form for a new job; the saved page, or None and the errors."""
        data = self.data(**fields)
        before = set(JobPage.objects.values_list("pk", flat=True))
        response = self._send(self.add_url, data, action)
        return JobPage.objects.exclude(pk__in=before).first(), errors_of(response)

    def form_of(self, job):
        """The form of an existing job as the editor gets it, as data to send."""
        response = self.client.get(reverse("wagtailadmin_pages:edit", args=[job.pk]))
        assert response.status_code == 200
        return data_of(response)

    def edit(self, job, *, action="publish", **changed):
        """Change fields in the form that the editor shows, and send all of it."""
        data = self.form_of(job) | changed
        url = reverse("wagtailadmin_pages:edit", args=[job.pk])
        response = self._send(url, data, action)
        return JobPage.objects.get(pk=job.pk), errors_of(response)

    def _send(self, url, data, action):
        if action == "publish":
            data = data | {"action-publish": "action-publish"}
        return self.client.post(url, data)


def errors_of(response):
    """What the form objects to, by field; {} when it was accepted."""
    if response.status_code == 302:
        return {}
    form = response.context["form"]
    found = {name: list(errors) for name, errors in form.errors.items()}
    for name, formset in form.formsets.items():
        if any(formset.errors):
            found[name] = formset.errors
    assert found, "the form came back without an error"
    return found


def data_of(response):
    """What a browser would send of the page's edit form, were nothing changed."""
    soup = BeautifulSoup(response.content, "html.parser")
    form = soup.select_one("form#page-edit-form, form[data-edit-form]")
    data = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name = field["name"]
        if field.name == "select":
            chosen = field.select_one("option[selected]")
            data[name] = chosen["value"] if chosen else ""
        elif field.name == "textarea":
            data[name] = field.text.removeprefix("\n")
        elif field.get("type") in ("checkbox", "radio"):
            if field.has_attr("checked"):
                data[name] = field.get("value", "on")
        elif not name.startswith("action-"):
            data[name] = field.get("value", "")
    body = form_body(response)
    return {k: v for k, v in data.items() if "__prefix__" not in k} | body


def form_body(response):
    """The text of the form's job, which a browser's editor would send as it is."""
    body = response.context["form"].instance.body
    blocks = [(b.block_type, rich_text(b.value.source)) for b in body]
    return nested_form_data({"body": streamfield(blocks)})


@pytest.fixture
def editor(client, db):
    """Somebody of the publishers at the job form."""
    client.force_login(make_user("Job publishers"))
    return JobEditor(client)
