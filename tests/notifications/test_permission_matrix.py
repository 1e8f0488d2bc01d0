"""Who may open, and who may change, what of the admin: group by group, all that is ours.

The addresses come from the resolver. One that no rule speaks of fails.
"""

import io
import zipfile
from fnmatch import fnmatch

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from wagtail.log_actions import log

from jobs.models import JobPage
from notifications.models import AnnouncedState
from subscriptions.models import Subscriber
from tests.e2e.crawling import rows
from tests.factories import edit, make_category, make_image
from tests.notifications.admin_pages import samples_of
from tests.notifications.admin_urls import (
    addresses_of_a_page,
    our_addresses,
    our_bulk_actions,
    ours_without_a_name,
)
from tests.notifications.conftest import READERS, Staff

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

E, P, O, S = "Job editors", "Job publishers", "Site owners", "Subscriber support"  # noqa: E741
GROUPS = (E, P, O, S)
NOBODY = ()

#: Who may open an address; the first pattern that fits its name counts.
OPEN = {
    "jobsite_handbook": GROUPS,
    "notifications_announcement*": GROUPS,
    "notifications_preview_waiting": GROUPS,
    "notifications_preview_email": (E, P, O),
    "notifications_followers_panel": (E, P, O),
    "notifications_correct": (P, O),
    "notifications_send_now": (P, O),
    "notifications_cancel": (P, O),
    "notifications_go_on": (P, O),
    "notifications_give_up": (P, O),
    "notifications_close_job": (P, O),
    "notifications_closing_soon": (P, O),
    "notifications_pause": (S,),
    "notifications_text*": (O,),
    "notifications_report_delivery*": (S,),
    "notifications_report_*": GROUPS,
    # Wagtail's; whoever may add no job finds no list to add it to.
    "jobs_listing:choose_parent": GROUPS,
    "jobs_listing:*": (E, P, O),
    "support_*": (S,),
    "email-log_modeladmin_index": (S,),
    "email-log_modeladmin_inspect": (S,),
    "email-log_modeladmin_*": NOBODY,
    "wagtailsnippets_jobs_company:delete": (O,),
    "wagtailsnippets_jobs_company:*": (E, P, O),
    "wagtailsnippets_jobs_jobcategory:*": (O,),
    # Choosers show names of companies and fields of work, which are public.
    "wagtailsnippetchoosers_jobs_company:create": (E, P, O),
    "wagtailsnippetchoosers_jobs_jobcategory:create": (O,),
    "wagtailsnippetchoosers_jobs_*": GROUPS,
    "wagtailsnippets_subscriptions_subscriber:edit": NOBODY,
    "wagtailsnippets_subscriptions_subscriber:delete": NOBODY,
    "wagtailsnippets_subscriptions_subscriber:add": NOBODY,
    "wagtailsnippets_subscriptions_subscriber:history*": NOBODY,
    "wagtailsnippets_subscriptions_*:usage": NOBODY,
    "wagtailsnippets_subscriptions_subscription:edit": NOBODY,
    "wagtailsnippets_subscriptions_subscription:delete": NOBODY,
    "wagtailsnippets_subscriptions_*": (S,),
}
#: Who may change which settings.
SETTINGS = {
    ("jobs", "boardsettings"): (O,),
    ("home", "looksettings"): (O,),
    ("notifications", "announcementsettings"): (O,),
}
#: Wagtail's own pages of a job, all of them.
JOB_PAGES = {
    "edit": (E, P, O),
    "preview_on_edit": (E, P, O),
    "view_draft": (E, P, O),
    "delete": (P, O),
    "unpublish": (P, O),
    "set_privacy": (P, O),
    "lock": (P, O),
    "unlock": (P, O),
    "history": (E, P, O),
    "history_results": (E, P, O),
    "usage": (E, P, O),
    "workflow_history": (E, P, O),
    "copy": (E, P, O),
    # Leads to the history, which asks; and a warning that says nothing of the job.
    "revisions_index": GROUPS,
    "confirm_workflow_cancellation": GROUPS,
    # There is nothing to convert.
    "convert_alias": NOBODY,
}
#: Lists and searches of Wagtail's, in which somebody of ours might stand.
WAGTAILS_LISTS = (
    "wagtailadmin_home",
    "wagtailadmin_pages:search",
    "wagtailadmin_pages:search_results",
    "wagtailadmin_reports:site_history",
    "wagtailadmin_reports:site_history_results",
    "wagtailadmin_reports:aging_pages",
    "wagtailadmin_reports:locked_pages",
    "wagtailadmin_reports:workflow",
    "wagtailadmin_reports:workflow_tasks",
    "wagtailadmin_reports:page_types_usage",
)
#: A list whose file names people takes a right that no group has from the start.
FILE_OF_PEOPLE = "wagtailsnippets_subscriptions_subscription:list"
#: Those who see people.
SEE_PEOPLE = (S,)
#: What Wagtail notes of everybody who looks.
WRITTEN_BY_LOOKING = {
    "auth_user",
    "django_session",
    "wagtailadmin_editingsession",
    "wagtailcore_pagesubscription",
    "wagtailimages_rendition",
    "wagtailusers_userprofile",
}
ADDRESSES = our_addresses()


def rule_for(name):
    """The groups that may open the address of that name; None without a rule."""
    return next((OPEN[x] for x in OPEN if fnmatch(name, x)), None)


@pytest.fixture
def board(followed, worker):
    """A board on which every address leads somewhere: all kinds of rows are there."""
    edit(followed, pay_max=29000)
    worker.run(minutes=11)
    edit(JobPage.objects.get(), pay_max=29500)
    make_image()
    make_category()
    return JobPage.objects.get()


@pytest.fixture
def paths(board):
    """Each path with its name and the groups that may open it."""
    samples = samples_of(board)
    found = [(x.path(samples), x.name, rule_for(x.name)) for x in ADDRESSES]
    for (app, model), groups in SETTINGS.items():
        row = apps.get_model(app, model).load()
        url = reverse("wagtailsettings:edit", args=[app, model, row.pk])
        found.append((url, f"settings of {app}", groups))
    for name, groups in JOB_PAGES.items():
        url = reverse(f"wagtailadmin_pages:{name}", args=[board.pk])
        found.append((url, f"{name} of a job", groups))
    return found


def is_denied(response):
    """Wagtail sends those who may not back to its front page, with a message."""
    if response.status_code == 302:
        return response.url in ("/admin/", "/admin/login/")
    return response.status_code in (403, 404)


def test_every_address_of_ours_has_a_rule():
    assert [x.name for x in ADDRESSES if rule_for(x.name) is None] == []


def test_only_the_way_to_a_new_password_has_no_name():
    """It is for strangers; what else has none would have no rule either."""
    assert ours_without_a_name() == ["admin/password_reset/"]


def test_every_page_that_wagtail_has_of_a_job_has_a_rule():
    assert sorted(addresses_of_a_page()) == sorted(JOB_PAGES)


@pytest.mark.parametrize("group", GROUPS)
def test_wagtails_own_lists_and_searches_show_nobody(group, board):
    client = Staff(group)
    person = Subscriber.objects.first()
    log(instance=person, action="support.look", user=client.user)

    for name in WAGTAILS_LISTS:
        for query in ({}, {"q": "reader"}, {"export": "csv"}):
            body = body_of(client.get(reverse(name), query, follow=True))
            assert not any(reader in body for reader in READERS), name


def test_every_rule_speaks_of_an_address():
    names = [address.name for address in ADDRESSES]

    assert [x for x in OPEN if not any(fnmatch(n, x) for n in names)] == []


def test_every_setting_of_ours_has_a_rule():
    ours = ContentType.objects.filter(app_label__in=["home", "jobs", "notifications"])
    models = {x.natural_key() for x in ours if x.model.endswith("settings")}

    assert models == set(SETTINGS)


def test_no_chooser_shows_people():
    assert not [x.name for x in ADDRESSES if "choosers_subscriptions" in x.name]


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_opens_what_is_meant_for_it_and_nothing_else(group, paths):
    client = Staff(group)
    wrong, seen = [], []
    for path, name, groups in paths:
        response = client.get(path)
        # What only takes a POST shows nothing to anybody; the test of POSTs asks it.
        if response.status_code != 405 and is_denied(response) == (group in groups):
            wrong.append(f"{name}: {response.status_code}")
        seen += [name for x in READERS if x in body_of(response)]

    assert wrong == [], "\n".join(wrong)
    assert not seen or group in SEE_PEOPLE, seen


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("query", ["export=csv", "export=xlsx", "q=reader"])
def test_no_download_and_no_search_shows_a_person_to_others(group, query, paths):
    client = Staff(group)
    lists = [x for x in paths if is_a_list(x[1])]
    assert len(lists) > 8

    for path, name, groups in lists:
        response = client.get(f"{path}?{query}")

        is_file = name == FILE_OF_PEOPLE and query.startswith("export")
        assert is_denied(response) == (group not in groups or is_file), name
        assert group in SEE_PEOPLE or not any(x in body_of(response) for x in READERS)


def is_a_list(name):
    return name.endswith((":list", ":index", "_index")) or (
        name.startswith("notifications_report") and not name.endswith("_results")
    )


def body_of(response):
    body = response.getvalue() if response.streaming else response.content
    if zipfile.is_zipfile(io.BytesIO(body)):
        sheets = zipfile.ZipFile(io.BytesIO(body))
        body = b"".join(sheets.read(name) for name in sheets.namelist())
    return body.decode(errors="replace")


@pytest.mark.parametrize("group", GROUPS)
def test_a_post_without_the_right_changes_nothing(group, board, paths):
    client = Staff(group)
    client.get("/admin/")
    posts = [path for path, _name, groups in paths if group not in groups]
    if group in (E, S):
        bulk = [names for names in our_bulk_actions() if names[2] != "move"]
        assert len(bulk) > 8
        posts += [bulk_path(*names, board) for names in bulk]
    before = rows(without=WRITTEN_BY_LOOKING)

    for path in posts:
        client.post(path, {"reason": "FILLED", "note": "Mine", "until": "2099-01-01"})

    assert rows(without=WRITTEN_BY_LOOKING) == before


def bulk_path(app, model, action, board):
    ids = {"page": board.pk, "company": board.company.pk}
    url = reverse("wagtail_bulk_action", args=[app, model, action])
    subscription = board.record.subscriptions.first()
    ids |= {"subscription": subscription.pk, "subscriber": subscription.subscriber.pk}
    return f"{url}?id={ids.get(model, 1)}&next=/admin/"


def test_whoever_has_the_right_changes_something(board, paths):
    """Or the test before this one would pass without reaching anything."""
    client = Staff(P)
    before = rows(without=WRITTEN_BY_LOOKING)

    client.post(reverse("notifications_cancel", args=[AnnouncedState.objects.get().pk]))

    assert rows(without=WRITTEN_BY_LOOKING) != before


def test_a_new_address_without_a_rule_is_found():
    assert rule_for("notifications_something_new") is None
