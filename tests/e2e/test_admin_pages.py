"""Every page of the admin that is ours: for every eye, by keyboard, within its policy."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jobs.models import JobPage
from notifications import services
from notifications.models import Pause
from tests.e2e.editing import JobEditor
from tests.e2e.seeing import barriers
from tests.e2e.visiting import press_keys_to, tab_to
from tests.factories import edit, in_days, make_job, make_subscription, make_user
from tests.notifications.admin_pages import every_page, furnish, is_a_page, panels

#: What one can act on, but for Wagtail's header and what arrow keys lead to.
TO_ACT_ON = (
    ":is(a[href], button, input, select, textarea, summary)"
    ":not(:disabled, [type=hidden], [type=radio], [tabindex='-1'], [role=tab],"
    " header *, .w-slim-header *):visible"
)
#: What is in a dialog of Wagtail's, which itself has no name.
DIALOG = ".modal-content"
#: The panel of followers beside a form, and what it says in each of its states.
PANEL = "[data-side-panel=followers]"
STATES = {
    "never published": "Nobody follows this job yet.",
    "same": "Nothing they follow has changed",
    "wording": "Only wording changed",
    "silenced": "You chose not to tell them this time.",
    "cancelled": "Cancelled by",
    "sent": "1 taken by the mail server",
    "corrected": "Correction: Corrected",
    "parked": "Pay changed: Parked",
    "closed": "Filled: Closed",
    "taken down": "Taken down: Taken down",
}
#: Words and controls that run out of what holds them; a wide table may be scrolled.
CUT_OFF = """
() => [...document.querySelectorAll(
    "main :is(a, button, input, select, textarea, p, td, th, dt, dd, h1, h2, h3, li)"
)].filter(element => {
    if (!element.checkVisibility({ visibilityProperty: true })) return false;
    if (element.closest("[data-minimap-container]")) return false;
    const { right } = element.getBoundingClientRect();
    for (let around = element; around; around = around.parentElement) {
        const box = around.getBoundingClientRect();
        const { overflowX } = getComputedStyle(around);
        // What is there to be heard only is shrunk to nothing.
        if (box.width <= 1 || around.matches(".support-scroll")) return false;
        if (overflowX != "visible" && right > box.right + 1) return true;
    }
    const side = document.querySelector(".form-side--open");
    // A heading is as wide as the page, whatever it says.
    const covered = side && element.matches(".w-panel :is(button, input, select)");
    return right > (covered ? side.getBoundingClientRect().left : innerWidth) + 1;
}).map(element => element.outerHTML.slice(0, 150))
"""
#: More than any page has things to stop at.
STOPS = 300
#: Wagtail's own: its fields of tags and of rich text, which have no label of theirs.
WAGTAILS = {"exclude": [".ui-autocomplete-input", ".public-DraftEditor-content"]}


@pytest.fixture
def job(smtp, deliver):
    return furnish(deliver)


@pytest.fixture
def under_review(board):
    job = make_job(title="Deckhand", closes_at=in_days(40))
    make_subscription(job=job)
    services.ensure_state(record_id=job.record.pk)
    draft = edit(job, pay_max=29000, publish=False)
    draft.get_workflow().start(draft, make_user("Job editors"))
    return job


def every_view(page, job, under_review):
    """Bring ``page`` to one view after the other, and say which it is."""
    for name, path in every_page(job).items():
        if is_a_page(name):
            response = page.goto(path)
            assert response.status == 200, name
            yield name
    yield from what_opens_beside_a_form(page, job)
    yield from dialogs(page, job, under_review)
    yield from lists_at_work(page)
    yield from texts_and_colours(page)


def what_opens_beside_a_form(page, job):
    page.goto(reverse("wagtailadmin_pages:edit", args=[job.pk]))
    for name in ("followers", "what to mend"):
        page.get_by_role("button", name=f"Toggle {name}").click()
        yield f"panel of {name}"
    page.goto(every_page(job)["settings jobs.BoardSettings"])
    page.get_by_role("button", name="Toggle preview").click()
    yield "preview beside the settings"


def dialogs(page, job, under_review):
    page.goto(reverse("wagtailadmin_pages:edit", args=[under_review.pk]))
    JobEditor(page).ask_to_approve()
    yield "approval in the editor"
    page.goto("/admin/")
    review = page.get_by_role("row", name="Deckhand")
    review.get_by_role("button", name="Actions").click()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Publishing will tell 1")
    yield "approval on the front page"
    page.goto(every_page(job)["job: add"])
    page.get_by_role("button", name="Choose company").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Crumb & Co").first).to_be_visible()
    yield "chooser of companies"
    dialog.get_by_role("tab", name="New company").click()
    yield "a new company in the chooser"


def lists_at_work(page):
    page.goto(reverse("jobs_listing:index"))
    page.get_by_role("row").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="More", exact=True).click()
    yield "several jobs at once"
    page.goto(reverse("jobs_listing:index"))
    page.get_by_role("button", name="Show filters").click()
    yield "filters of the list of jobs"
    for name in ("followers", "delivery"):
        page.goto(reverse(f"notifications_report_{name}"))
        page.locator("summary").click()
        yield f"numbers of the report on {name}"


def texts_and_colours(page):
    page.goto("/admin/settings/home/looksettings/")
    page.locator("#id_accent").fill("#9fd3c7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("is too pale")
    yield "an accent that is refused"
    page.goto(reverse("notifications_text", args=["changed"]))
    page.get_by_role("textbox", name="Closing").fill("See you at {company}.")
    page.get_by_role("button", name="Preview what is typed").click()
    expect(page.locator("#shown")).to_contain_text("not saved yet")
    yield "an email text as it was typed"
    page.get_by_role("textbox", name="Closing").fill("Of {salary}")
    page.get_by_role("button", name="Save texts").click()
    expect(page.get_by_role("main")).to_contain_text("is not known")
    yield "an email text that is refused"


def has_dialog(page):
    return page.locator(f"{DIALOG}:visible").count() > 0


def barriers_in(page, inside=""):
    """Those of both schemes; only ``inside`` a part, if there is one."""
    inside = inside or (DIALOG if has_dialog(page) else "")
    context = WAGTAILS | ({"include": [inside]} if inside else {})
    for scheme in ("light", "dark"):
        yield from barriers(page, scheme=scheme, context=context)


def out_of_reach(page, inside="main"):
    """What Tab does not lead to, from the top of the page to its end."""
    # A dialog keeps the focus to itself.
    shown = page.locator(DIALOG if has_dialog(page) else inside).locator(TO_ACT_ON)
    shown.evaluate_all("all => all.forEach((e, i) => { e.dataset.stop = i })")
    left = set(range(shown.count()))
    page.evaluate("document.activeElement.blur()")
    for _ in range(STOPS):
        if not left:
            break
        page.keyboard.press("Tab")
        stop = page.evaluate("document.activeElement.dataset.stop")
        left.discard(int(stop or -1))
    for number in left:
        html = page.locator(f"[data-stop='{number}']").evaluate("e => e.outerHTML")
        yield f"no key leads to {html[:150]}"


def cut_off(page):
    for html in page.evaluate(CUT_OFF):
        yield f"cut off: {html}"


def test_every_page_is_free_of_barriers_and_needs_no_mouse(job, under_review, sign_in):
    page = sign_in()

    found = [
        f"{name}: {fault}"
        for name in every_view(page, job, under_review)
        for fault in (*barriers_in(page), *out_of_reach(page), *cut_off(page))
    ]

    assert found == []


def every_state(page, jobs):
    """Open the panel of followers in one state after the other, and say which."""
    for name, job in jobs.items():
        page.goto(reverse("wagtailadmin_pages:edit", args=[job.pk]))
        # A panel that was open stays open on the next page.
        if not page.locator(PANEL).is_visible():
            page.get_by_role("button", name="Toggle followers").click()
        expect(page.locator(PANEL)).to_contain_text(STATES[name])
        yield name


def test_the_panel_of_followers_is_so_in_each_of_its_states(job, deliver, sign_in):
    jobs = panels(deliver)
    assert jobs.keys() == STATES.keys()
    page = sign_in()

    found = [
        f"{name}: {fault}"
        for name in every_state(page, jobs)
        for fault in (
            *barriers_in(page, PANEL),
            *out_of_reach(page, PANEL),
            *cut_off(page),
        )
    ]
    Pause.objects.create()
    page.reload()
    expect(page.locator(PANEL)).to_contain_text("All email has been paused")
    found += [*barriers_in(page, PANEL), *out_of_reach(page, PANEL)]

    assert found == []


def test_several_jobs_are_extended_by_keyboard(job, sign_in):
    page = sign_in("Job publishers")
    closes_at = job.closes_at
    page.goto(reverse("jobs_listing:index"))

    tab_to(page.get_by_role("row", name=job.title).get_by_role("checkbox"))
    page.keyboard.press("Space")
    tab_to(page.get_by_role("button", name="More", exact=True))
    page.keyboard.press("Enter")
    # What is in the menu is heard once it has opened, which takes a moment.
    page.wait_for_timeout(1_000)
    tab_to(page.get_by_role("link", name="Extend closing date of"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("1 job, at most 1 follower")
    tab_to(page.get_by_label("Or by so many days"))
    page.keyboard.type("7")
    press_keys_to(page, "Extend closing date")

    assert "1 follower will be told" in JobEditor(page).said()
    assert (JobPage.objects.get(pk=job.pk).closes_at - closes_at).days == 7


def test_a_company_is_chosen_by_keyboard(job, sign_in):
    page = sign_in("Job publishers")
    page.goto(every_page(job)["job: add"])

    press_keys_to(page, "Choose company")
    tab_to(page.get_by_role("dialog").get_by_role("link", name=job.company.name))
    page.keyboard.press("Enter")

    expect(page.locator("#id_company-title")).to_have_text(job.company.name)
    expect(page.locator("#id_company")).to_have_value(str(job.company.pk))


def test_an_edit_is_approved_by_keyboard(under_review, sign_in):
    page = sign_in("Job publishers")
    page.goto(reverse("wagtailadmin_pages:edit", args=[under_review.pk]))

    tab_to(page.locator("[data-w-dropdown-target=toggle]").last, within=STOPS)
    page.keyboard.press("Enter")
    press_keys_to(page, "Approve and Publish")
    press_keys_to(page, "Approve and publish")

    assert "1 follower will be told" in JobEditor(page).said()
    assert JobPage.objects.get(pk=under_review.pk).pay_max == 29000
