"""The site's own words: who runs it, the front page, About, and a page of blocks."""

from typing import Any

from jobsite.demo.companies import ARTS

CONTACT = "board@marlhaven.example"
BOARD = {
    "name": "Marlhaven Jobs",
    "contact_address": CONTACT,
    "postal_address": "4 Ferry Quay, Marlhaven MH1 2QB",
}
TAGLINE = "Work in Marlhaven and along the coast"
INTRODUCTION = (
    "Everything that is open in Marlhaven and Port Sable, on St Orrin and up the "
    "Winnow valley."
)

HERO: dict[str, Any] = {
    "type": "hero",
    "value": {
        "heading": TAGLINE,
        "text": "Follow a job and hear what changed in it, when it closes, and nothing "
        "else.",
        "show_search": True,
    },
}
NEWEST = {"type": "latest_jobs", "value": {"heading": "Newest jobs", "count": 6}}
CLOSING = {
    "type": "jobs_by_criteria",
    "value": {
        "heading": "Closing this week",
        "category": None,
        "workplace": "",
        "closing_within_days": 7,
        "count": 6,
    },
}
COMPANIES_BLOCK = {
    "type": "companies",
    "value": {"heading": "Companies hiring now", "count": 6},
}
HOW_IT_WORKS = {
    "type": "text",
    "value": {
        "heading": "How following works",
        "text": "<p>Most boards tell you about new jobs. We tell you about the one you "
        "are thinking of. When a company drops a requirement, raises the pay or moves "
        "the closing date, you get one short email that says what it was and what it "
        "is now. There is no account and no password, and when the job ends so do our "
        "emails.</p>",
    },
}
FRONT_PAGE = (HERO, NEWEST, CLOSING, COMPANIES_BLOCK, HOW_IT_WORKS)

ABOUT = (
    {
        "type": "text",
        "value": {
            "heading": "The board",
            "text": "<p>Marlhaven Jobs lists work in one small town, the harbour across "
            "the bay, an island and a valley. Two of us run it from a room above the "
            "chandler's on Ferry Quay. We read every job before it is published and "
            "send it back if it does not say what the work is.</p>",
        },
    },
    {
        "type": "text",
        "value": {
            "heading": "What followers are told",
            "text": "<p>If you follow a job, we write when one of these changes:</p>"
            "<ul><li>its title, company, field, type, workplace or place</li>"
            "<li>its pay</li><li>what it requires</li><li>its closing date</li>"
            "<li>how to apply</li></ul>"
            "<p>And we write when it is filled, cancelled, closed or taken down, and if "
            "it opens again. You may choose to hear of these endings only.</p>",
        },
    },
    {
        "type": "text",
        "value": {
            "heading": "What they are not told",
            "text": "<p>A comma is not news. Spelling, the order of requirements and "
            "new wording in the description go out to nobody. An edit also rests for a "
            "few minutes before it is announced, so that a slip can be mended before "
            "anybody reads it. Several edits in that time become one email, and an edit "
            "that is undone becomes none.</p>"
            "<p>What we did tell stands on the job's page under What changed, for "
            "everybody to read.</p>",
        },
    },
    {
        "type": "text",
        "value": {
            "heading": "When a job ends",
            "text": "<p>A job that is filled, cancelled or past its closing date keeps "
            "its page, which says so. A job that was taken down leaves a page that says "
            "since when, and what is similar and open. Whoever followed it is told "
            "once. You need do nothing: we stop by ourselves.</p>",
        },
    },
    {
        "type": "text",
        "value": {
            "heading": "For companies",
            "text": "<p>When somebody confirms that they follow one of your jobs, we "
            "write to the address you gave us: at once, then at most once an hour, or "
            "once a day, or never, as you prefer. We pass on a follower's address only "
            "if they ticked the box that allows it.</p>",
        },
    },
)

#: Added to the privacy page that every board starts with.
WHO_IS_RESPONSIBLE = {
    "type": "text",
    "value": {
        "heading": "Who is responsible",
        "text": f"<p>{BOARD['name']}, {BOARD['postal_address']}. Write to "
        f'<a href="mailto:{CONTACT}">{CONTACT}</a> about anything on this page; one of '
        "the two of us answers.</p>",
    },
}

PICTURE_TITLE = "Marlhaven light at dusk"
PICTURE_ALT = "A lighthouse on a dark headland above a calm sea, its lamp lit"


def blocks_page(
    *, picture_id: int, category_id: int, page_id: int
) -> list[dict[str, Any]]:
    """Every block once, in the order in which the editor offers them."""
    field_of_work = {
        "heading": f"Jobs in {ARTS.lower()}",
        "category": category_id,
        "workplace": "",
        "closing_within_days": None,
        "count": 4,
    }
    return [
        {"type": "hero", "value": HERO["value"] | {"heading": "Every block, once"}},
        {
            "type": "text",
            "value": {
                "heading": "Text",
                "text": "<p>This page shows what a site owner can build with. It is on "
                "no menu; change it as you like.</p>"
                "<h3>A heading in the text</h3>"
                "<p>Text may be <b>bold</b>, <i>italic</i> or "
                '<a href="https://marlhaven.example/">a link</a>, and it may hold a '
                "list:</p><ol><li>Open the page in the admin.</li>"
                "<li>Move a block.</li><li>Look at the preview beside it.</li></ol>",
            },
        },
        {
            "type": "image",
            "value": {
                "image": {
                    "image": picture_id,
                    "alt_text": PICTURE_ALT,
                    "decorative": False,
                },
                "caption": "A picture, with a caption and a description for those who "
                "cannot see it.",
            },
        },
        NEWEST,
        {"type": "jobs_by_criteria", "value": field_of_work},
        COMPANIES_BLOCK,
        {
            "type": "call_to_action",
            "value": {
                "heading": "One sentence and one button",
                "text": "The button leads to a page of this site or to any other "
                "address.",
                "button_text": "See all jobs",
                "page": page_id,
                "url": "",
            },
        },
        {"type": "retention", "value": {"heading": "For how long"}},
    ]
