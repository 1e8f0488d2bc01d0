"""A working site from the first migration: front page, job list, privacy page."""

import json
import uuid

from django.db import migrations

PRIVACY = [
    (
        "What we keep",
        "<p>If you follow a job we keep your email address, which jobs you follow, what "
        "you chose to be told, and when you asked, confirmed and stopped. For 30 days "
        "we also keep which of our emails went to you and whether it arrived. We keep "
        "nothing about people who only read.</p>",
    ),
    (
        "What we do with it",
        "<p>We tell you when a job that you follow changes, closes or is taken down. "
        "Nothing else is sent. A company learns that somebody follows its job; it sees "
        "your address only if you ticked the box that says so.</p>",
    ),
    (
        "For how long",
        "<p>A request whose link is not used within 7 days is deleted. When a job has "
        "closed, your follow ends 30 days later; when its page is deleted, it ends "
        "with our last email about it. When you follow nothing any more, we delete your "
        "address 28 days later. If email to you bounced, or you marked it as spam, we "
        "keep a scrambled mark that stops us from writing again. What we announced "
        "about a job stays on its page and names no follower.</p>",
    ),
    (
        "What you can do",
        "<p>Every email has a link that stops it, and a link to everything you follow. "
        "To have your address deleted, or to ask what we hold about you, reply to any "
        "of our emails.</p>",
    ),
    (
        "Cookies",
        "<p>Reading sets none. Following a job sets one for ten minutes, so that the "
        "next page can show what you typed, and the page with your follows sets one "
        "for half an hour. This site loads nothing from anybody else.</p>",
    ),
]
FRONT = [
    {
        "type": "hero",
        "value": {
            "heading": "Follow a job. Hear when it changes.",
            "text": "Leave your email address at a job. We tell you what changed, and "
            "when it closes.",
            "show_search": True,
        },
    },
    {"type": "latest_jobs", "value": {"heading": "Latest jobs", "count": 6}},
]


def stream(blocks):
    return json.dumps([{"id": str(uuid.uuid4()), **block} for block in blocks])


def create_pages(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Locale = apps.get_model("wagtailcore", "Locale")
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    HomePage = apps.get_model("home", "HomePage")
    StandardPage = apps.get_model("home", "StandardPage")
    JobIndexPage = apps.get_model("jobs", "JobIndexPage")
    LookSettings = apps.get_model("home", "LookSettings")

    locale = Locale.objects.order_by("pk").first()

    def content_type(model):
        found, _created = ContentType.objects.get_or_create(
            app_label=model._meta.app_label, model=model._meta.model_name
        )
        return found

    # Wagtail's own first page, as its project template removes it.
    Page.objects.filter(id=2, depth=2, slug="home").delete()

    def create(model, *, path, slug, title, url_path, numchild=0, **fields):
        return model.objects.create(
            title=title,
            draft_title=title,
            slug=slug,
            path=path,
            depth=len(path) // 4,
            numchild=numchild,
            url_path=url_path,
            content_type=content_type(model),
            locale=locale,
            live=True,
            **fields,
        )

    home = create(
        HomePage,
        path="00010001",
        slug="home",
        title="Home",
        url_path="/home/",
        numchild=2,
        body=stream(FRONT),
    )
    create(
        JobIndexPage,
        path="000100010001",
        slug="jobs",
        title="Jobs",
        url_path="/home/jobs/",
        show_in_menus=True,
    )
    privacy = create(
        StandardPage,
        path="000100010002",
        slug="privacy",
        title="Privacy",
        url_path="/home/privacy/",
        body=stream(
            {"type": "text", "value": {"heading": heading, "text": text}}
            for heading, text in PRIVACY
        ),
    )
    Page.objects.filter(path="0001").update(numchild=1)
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "root_page": home}
    )
    # Settings rows exist from the start: Wagtail makes a missing one when a page is
    # read, and no GET of ours writes.
    LookSettings.objects.create(privacy_page_id=privacy.pk)
    apps.get_model("jobs", "BoardSettings").objects.create()


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_initial"),
        ("jobs", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
    ]
    operations = [
        migrations.RunPython(create_pages, migrations.RunPython.noop, elidable=True)
    ]
