"""From an editor's click to a follower's inbox, on real parts.

One job from its first publish to its deletion: the admin's own forms and the public
pages in a browser, the worker, and a mail server.
"""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.editing import JobEditor
from tests.e2e.visiting import ask_to_follow, expect_heading, find, press
from tests.factories import in_days

READER = "Reader.One@example.org"
COMPANY = "hiring@crumb.example"
TITLE = "Night baker & confectioner"
CHANGES = """
Pay changed
  from £26,000 to £28,000 a year
  to   £26,000 to £29,500 a year
Requirements
  Added (must have): Full driving licence
  Changed: "Three years in a kitchen" is now "Two years in a kitchen"

The job is still open. See it: {url}
"""


def write_and_publish(editor):
    editor.add()
    editor.fill(title=TITLE, summary="Bakes bread & rolls for nine shops.")
    editor.make_company(name="Crumb & Co", email=COMPANY)
    editor.select(employment_type="Part time", workplace="On site")
    editor.fill(**{"locations-0-place": "Marlhaven"})
    editor.fill(pay_min="26000", pay_max="28000")
    editor.type_in("closes_at", f"{in_days(30):%Y-%m-%d}")
    editor.write("The ovens are lit at ten.")
    editor.add_requirement("Food hygiene, level 2")
    editor.add_requirement("Three years in a kitchen")
    editor.fill(apply_email="jobs@crumb.example")
    return editor.publish()


def edit_pay_and_requirements(editor):
    editor.open(TITLE)
    editor.fill(pay_max="29500")
    editor.requirement(2).fill("Two years in a kitchen")
    editor.add_requirement("Full driving licence")
    return editor.publish()


def follow_and_confirm(visitor, smtp, deliver):
    ask_to_follow(visitor, READER)
    expect(visitor.get_by_role("main")).to_contain_text(f"{TITLE} to {READER}")

    deliver()
    [mail] = smtp.to(READER)
    assert mail.subject == f"Confirm that you follow {TITLE}"

    visitor.goto(mail.link("Confirm"))
    press(visitor, "Confirm")
    expect_heading(visitor, f"You follow {TITLE}")


@pytest.mark.usefixtures("no_quiet_window")
def test_followers_hear_each_thing_once_from_publish_to_deletion(
    smtp, deliver, sign_in, open_browser
):
    editor, visitor = JobEditor(sign_in("Job publishers")), open_browser()

    assert f"Page '{TITLE}' created and published." in write_and_publish(editor)
    find(visitor, words="confectioner marlhaven", title=TITLE)
    job_url = visitor.url
    closes_on = timezone.localdate(in_days(30))
    expect(visitor.get_by_role("main")).to_contain_text(
        f"{closes_on:%a} {closes_on.day} {closes_on:%B}, 23:59 (London)"
    )
    follow_and_confirm(visitor, smtp, deliver)
    deliver()
    assert smtp.subjects(COMPANY) == [f"New follower: {TITLE}"]

    said = edit_pay_and_requirements(editor)
    assert (
        "1 follower will be told at once that pay and 2 requirements changed." in said
    )
    deliver()
    changed = smtp.to(READER)[-1]
    assert changed.subject == f"Pay and requirements changed: {TITLE}"
    assert CHANGES.format(url=job_url) in changed.text

    editor.open(TITLE)
    assert "1 follower will be told at once that it closed." in editor.close("Filled")
    deliver()
    visitor.goto(job_url)
    expect(visitor.get_by_role("main")).to_contain_text("This job was filled on")
    expect(visitor.get_by_role("link", name="Apply")).to_have_count(0)
    expect(visitor.get_by_text("jobs@crumb.example")).to_have_count(0)

    said = editor.open_again()
    assert "1 follower will be told at once that it is open again." in said
    deliver()
    visitor.reload()
    expect(visitor.get_by_role("link", name="Apply")).to_be_visible()

    said = editor.unpublish()
    assert "1 follower will be told at once that it was taken down." in said
    deliver()

    editor.open(TITLE)
    assert "follower" not in editor.delete()
    deliver()

    assert smtp.subjects(READER) == [
        f"Confirm that you follow {TITLE}",
        f"Pay and requirements changed: {TITLE}",
        f"Filled: {TITLE}",
        f"Open again: {TITLE}",
        f"Taken down: {TITLE}",
    ]
    assert smtp.subjects(COMPANY) == [f"New follower: {TITLE}"]
    assert len(smtp.mails) == 6
    assert visitor.goto(job_url).status == 410
    expect_heading(visitor, f"{TITLE} is no longer here")
    expect(visitor.get_by_role("navigation", name="Main")).to_be_visible()
    last = smtp.to(READER)[-1]
    assert visitor.goto(last.link("Stop following this job")).status == 200
    press(visitor, "Stop following")
    expect_heading(visitor, f"You no longer follow {TITLE}")
