"""Following a job, stopping, and everything in between, as visitors do it."""

import pytest
from playwright.sync_api import expect

from subscriptions.limits import Limit
from subscriptions.robots import AT_LEAST
from tests.e2e.visiting import (
    ask_to_follow,
    expect_answer,
    expect_heading,
    follow,
    press,
    press_keys_to,
    tab_to,
)
from tests.factories import edit, make_job

READER = "Reader.One@example.org"
TITLE = "Bread & Butter Baker"
PHONE = {"viewport": {"width": 375, "height": 700}}


@pytest.fixture
def job(board):
    return make_job(title=TITLE)


def newest(smtp, deliver):
    """The mail that the worker sends now."""
    deliver()
    return smtp.to(READER)[-1]


class TestFollowing:
    @pytest.mark.usefixtures("no_quiet_window")
    @pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
    def test_works_on_a_phone_by_keyboard_with_or_without_script(
        self, script, job, smtp, deliver, open_browser
    ):
        phone = open_browser(java_script_enabled=script, **PHONE)
        phone.goto(job.url)

        tab_to(phone.get_by_role("textbox", name="Email address"))
        phone.keyboard.type(READER)
        press_keys_to(phone, "Follow this job")
        expect_answer(phone, "Check your inbox")
        assert phone.url.endswith(job.url) == script
        phone.goto(newest(smtp, deliver).link("Confirm"))
        press_keys_to(phone, "Confirm")
        expect_heading(phone, f"You follow {TITLE}")
        self.choose_by_keyboard(phone)
        edit(job, pay_max=30000)
        phone.goto(newest(smtp, deliver).link("Stop following this job"))
        press_keys_to(phone, "Stop following")
        expect_heading(phone, f"You no longer follow {TITLE}")
        press_keys_to(phone, "Follow again")
        expect_heading(phone, f"You follow {TITLE}")

    def choose_by_keyboard(self, phone):
        """Let the company see the address, on the page that the half hour opens."""
        tab_to(phone.get_by_role("link", name="See what I follow"))
        phone.keyboard.press("Enter")
        expect_heading(phone, "What you follow")
        tab_to(phone.get_by_label("may see my email address"))
        phone.keyboard.press("Space")
        press_keys_to(phone, "Save choices")
        expect(phone.get_by_role("main")).to_contain_text("Your choices are saved.")
        expect(phone.get_by_label("may see my email address")).to_be_checked()

    def test_of_further_jobs_needs_no_email_for_half_an_hour(
        self, job, smtp, deliver, open_browser
    ):
        page = open_browser()
        page.goto(job.url)
        ask_to_follow(page, READER)
        page.goto(newest(smtp, deliver).link("Confirm"))
        press(page, "Confirm")
        expect_heading(page, f"You follow {TITLE}")

        page.goto(make_job(title="Usher").url)
        follow(page, READER)

        expect_answer(page, "You follow Usher")
        expect(page.get_by_role("heading", name="You follow Usher")).to_be_focused()

    def test_by_one_link_of_what_is_ticked(self, job, smtp, deliver, open_browser):
        page = open_browser()
        for asked in (job, make_job(title="Usher"), make_job(title="Deckhand")):
            page.goto(asked.url)
            ask_to_follow(page, READER)
        page.goto(newest(smtp, deliver).link("Confirm"))

        page.get_by_label("Usher").uncheck()
        press(page, "Confirm")

        expect_heading(page, "You follow 2 jobs")
        expect(page.get_by_role("main")).not_to_contain_text("Usher")

    @pytest.mark.parametrize("status", [403, 500])
    def test_shows_the_page_of_an_error_as_without_htmx(
        self, status, job, open_browser, watch
    ):
        page = open_browser()
        page.goto(job.url)
        body = "<main><h1>It went wrong</h1></main>"
        page.route(
            "**/subscriptions/jobs/**",
            lambda route: route.fulfill(
                status=status, body=body, content_type="text/html"
            ),
        )

        follow(page, READER)

        expect_heading(page, "It went wrong")
        # Chromium and htmx write down that it did.
        assert all(str(status) in complaint for complaint in watch.complaints)
        watch.complaints.clear()

    def test_keeps_what_was_typed_and_chosen_when_something_is_wrong(
        self, job, open_browser
    ):
        page = open_browser()
        page.goto(job.url)
        page.get_by_text("Choose what we tell you").click()
        page.get_by_label("Only when it closes").check()
        page.get_by_label("Remind me").check()

        follow(page, "reader at example")

        field = page.get_by_role("textbox", name="Email address")
        expect(field).to_have_value("reader at example")
        expect(field).to_be_focused()
        expect(field).to_have_accessible_description(
            "Error: That does not look like an email address. "
            "It should be like name@example.org."
        )
        expect(page.get_by_label("Only when it closes")).to_be_checked()
        expect(page.get_by_label("Remind me")).to_be_checked()
        ask_to_follow(page, READER)

    def test_says_where_the_focus_goes_that_there_were_too_many(
        self, job, open_browser, watch
    ):
        page = open_browser()
        page.goto(job.url)
        while Limit("network", "127.0.0.1").allow_request(None):
            pass

        follow(page, READER)

        alert = page.get_by_role("main").get_by_role("alert")
        expect(alert).to_contain_text("Too many tries from your network.")
        expect(alert).to_be_focused()
        assert all("429" in complaint for complaint in watch.complaints)
        watch.complaints.clear()

    def test_asks_for_an_address_where_there_is_none(self, job, open_browser):
        page = open_browser()
        page.goto(job.url)

        follow(page, "")

        expect(page.get_by_role("main")).to_contain_text("Enter your email address.")

    def test_answers_a_link_that_was_cut_in_two(self, job, smtp, deliver, open_browser):
        page = open_browser()
        page.goto(job.url)
        ask_to_follow(page, READER)
        link = newest(smtp, deliver).link("Confirm")

        answer = page.goto(link[:-9] + "/")

        assert answer.status == 404
        expect_heading(page, "We do not know this link")


class TestWhatIFollow:
    @pytest.fixture
    def page(self, job, smtp, deliver, open_browser):
        """The list of somebody who follows three jobs, opened by a link."""
        page = open_browser()
        page.goto(job.url)
        ask_to_follow(page, READER)
        page.goto(newest(smtp, deliver).link("Confirm"))
        press(page, "Confirm")
        expect_heading(page, f"You follow {TITLE}")
        for title in ("Deckhand", "Usher"):
            page.goto(make_job(title=title).url)
            follow(page, READER)
            expect_answer(page, f"You follow {title}")
        # A browser that nobody has proven an address in.
        page = open_browser()
        page.goto("/")
        page.get_by_role("contentinfo").get_by_role(
            "link", name="What I follow"
        ).click()
        page.get_by_role("textbox", name="Email address").fill(READER.lower())
        # Who presses sooner is asked to press once more.
        page.wait_for_timeout(AT_LEAST.total_seconds() * 1000)
        press(page, "Email me the link")
        expect_heading(page, "Check your inbox")
        page.goto(newest(smtp, deliver).link("Everything you follow"))
        expect_heading(page, "What you follow")
        return page

    def test_ends_one_job_and_then_all(self, page):
        titles = page.get_by_role("main").get_by_role("heading", level=2)
        expect(titles).to_have_text(["Usher", "Deckhand", TITLE, "Your data"])
        assert "~" not in page.url

        press(page, "Stop following Deckhand")
        expect(titles).to_have_text(["Usher", TITLE, "Your data"])
        press(page, "Stop following everything (2 jobs)")
        expect(page.get_by_role("main")).to_contain_text("You follow no job.")

    def test_shows_itself_to_nobody_else(self, page, open_browser):
        other = open_browser()

        other.goto("/subscriptions/manage/")

        expect(other.get_by_role("textbox", name="Email address")).to_be_visible()
        expect(other.get_by_text(TITLE)).to_have_count(0)


class TestDemoInbox:
    def test_has_the_mail_with_links_that_work(
        self, job, settings, tmp_path, deliver, open_browser
    ):
        settings.ROOT_URLCONF = "jobsite.urls_dev"
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        settings.EMAIL_FILE_PATH = str(tmp_path)
        page = open_browser()
        page.goto(job.url)
        ask_to_follow(page, READER)
        deliver()

        page.get_by_role("link", name="Open the demo inbox").click()
        page.get_by_role("link", name=f"Confirm that you follow {TITLE}").click()
        message = page.url
        page.frame_locator("iframe").get_by_role("link", name="Confirm").click()
        expect_heading(page, "One more tap")
        page.goto(message)
        page.locator("pre a", has_text="/confirm/").click()
        press(page, "Confirm")
        expect_heading(page, f"You follow {TITLE}")
