"""A site owner writes what emails say, by keyboard alone."""

from playwright.sync_api import expect

from notifications.models import EmailText

#: Nothing of the email is left to be scrolled to, and no room is left under it.
IS_AS_HIGH_AS_ITS_EMAIL = """
frame => {
    const { body, documentElement: root } = frame.contentDocument;
    return root.scrollHeight <= frame.clientHeight + 1
        && frame.clientHeight - body.getBoundingClientRect().bottom < 50;
}
"""


def write(page, field, text):
    page.get_by_role("textbox", name=field).focus()
    page.keyboard.type(text)


def put(page, field, placeholder):
    """Walk to the button of ``placeholder`` under ``field`` and press it."""
    button = page.get_by_role("group", name=field).get_by_role(
        "button", name=placeholder
    )
    for _step in range(30):
        page.keyboard.press("Tab")
        if button.evaluate("it => it === document.activeElement"):
            break
    page.keyboard.press("Enter")


def test_placeholders_are_put_where_the_cursor_is(smtp, sign_in):
    page = sign_in("Site owners", email="owner@board.example")
    page.goto("/admin/email-texts/")
    page.get_by_role("link", name="Changed", exact=True).click()
    expect(page.get_by_text("The buttons under each field")).to_be_visible()

    write(page, "Subject", " at Crumb & Co")
    page.keyboard.press("Home")
    put(page, "Subject", "{what}")
    expect(page.get_by_role("textbox", name="Subject")).to_be_focused()
    page.keyboard.type("!")
    write(page, "Opening", "Dear & new, of ")
    put(page, "Opening", "{title}")
    page.keyboard.type(".")
    page.get_by_role("button", name="Preview what is typed").press("Enter")

    expect(page.locator("#shown")).to_contain_text("not saved yet")
    expect(page.locator("#shown")).to_contain_text("changed! at Crumb & Co")
    expect(page.locator("#shown")).to_contain_text("Dear & new, of Lighthouse keeper.")
    frame = page.locator("iframe.email-preview")
    expect(frame).not_to_have_css("height", "736px")
    assert frame.evaluate(IS_AS_HIGH_AS_ITS_EMAIL)
    page.get_by_role("button", name="Send me a test").press("Enter")
    expect(page.locator(".messages")).to_contain_text("on its way to owner@board.exam")
    [message] = smtp.mails
    assert message.to == "owner@board.example"
    assert message.subject.endswith("changed! at Crumb & Co")

    write(page, "Closing", "Of {salary}")
    page.get_by_role("button", name="Save texts").press("Enter")
    expect(page.locator("#shown")).to_contain_text("Line 1: {salary} is not known")
    page.get_by_role("textbox", name="Closing").fill("")
    page.get_by_role("button", name="Save texts").press("Enter")
    expect(page.locator(".messages")).to_contain_text("Saved.")

    row = EmailText.objects.get()
    assert row.subject == "{what}! at Crumb & Co"
    assert row.opening == "Dear & new, of {title}."


def test_without_scripts_the_list_is_there_to_be_read(sign_in, open_browser):
    owner = sign_in("Site owners", email="owner@board.example")
    page = open_browser(
        java_script_enabled=False, storage_state=owner.context.storage_state()
    )
    page.goto("/admin/email-texts/reminder/")

    expect(page.locator(".placeholders")).to_contain_text("{weekday}")
    expect(page.get_by_text("The buttons under each field")).to_be_hidden()
    page.get_by_role("textbox", name="Opening").fill("On {weekday}.")
    page.get_by_role("button", name="Save texts").click()
    expect(page.locator(".messages")).to_contain_text("Saved.")
    assert EmailText.objects.get().opening == "On {weekday}."
