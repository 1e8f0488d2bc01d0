"""Have the privacy page say numbers by the settings, where its text is still ours."""

import json
import uuid

from django.db import migrations

BEFORE = {
    "What we keep": (
        "<p>If you follow a job we keep your email address, which jobs you follow, what "
        "you chose to be told, and when you asked, confirmed and stopped. For 30 days "
        "we also keep which of our emails went to you and whether it arrived. We keep "
        "nothing about people who only read.</p>"
    ),
    "For how long": (
        "<p>A request whose link is not used within 7 days is deleted. When a job has "
        "closed, your follow ends 30 days later; when its page is deleted, it ends "
        "with our last email about it. When you follow nothing any more, we delete your "
        "address 28 days later. If email to you bounced, or you marked it as spam, we "
        "keep a scrambled mark that stops us from writing again. What we announced "
        "about a job stays on its page and names no follower.</p>"
    ),
    "What you can do": (
        "<p>Every email has a link that stops it, and a link to everything you follow. "
        "To have your address deleted, or to ask what we hold about you, reply to any "
        "of our emails.</p>"
    ),
    "Cookies": (
        "<p>Reading sets none. Following a job sets one for ten minutes, so that the "
        "next page can show what you typed, and the page with your follows sets one "
        "for half an hour. This site loads nothing from anybody else.</p>"
    ),
}
AFTER = {
    "What we keep": (
        "<p>If you follow a job we keep your email address, which jobs you follow, what "
        "you chose to be told, the words you agreed to and the page they stood on, and "
        "when you asked, confirmed and stopped. We also keep which of our emails went "
        "to you and whether it arrived. We keep nothing about people who only read.</p>"
    ),
    "What you can do": (
        "<p>Every email has a link that stops it, and a link to everything you follow. "
        "There you can change what we tell you, download all that we hold about you, "
        "and erase it at once. Or reply to any of our emails.</p>"
    ),
    "Cookies": (
        "<p>Reading sets none. Following a job sets one for ten minutes, so that the "
        "next page can show what you typed. Using a link from one of our emails sets "
        "one for half an hour: meanwhile this browser follows further jobs with your "
        "address without another email, and opens what you follow. This site loads "
        "nothing from anybody else.</p>"
    ),
}


def up_to_date(block):
    value = block.get("value")
    heading = value.get("heading") if isinstance(value, dict) else None
    if block.get("type") != "text" or value.get("text") != BEFORE.get(heading):
        return block
    if heading == "For how long":
        value = {"heading": heading}
        return {"type": "retention", "value": value, "id": str(uuid.uuid4())}
    return block | {"value": value | {"text": AFTER[heading]}}


def rewrite(apps, schema_editor):
    pages = apps.get_model("home", "StandardPage").objects.filter(slug="privacy")
    for page in pages:
        body = [up_to_date(block) for block in page.body.raw_data]
        page.body = json.dumps(body)
        page.save(update_fields=["body"])


class Migration(migrations.Migration):
    dependencies = [("home", "0004_retention_block")]
    operations = [
        migrations.RunPython(rewrite, migrations.RunPython.noop, elidable=True)
    ]
