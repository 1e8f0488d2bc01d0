import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import NoReverseMatch, reverse

from jobsite import demo_inbox

FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"


def make_mail(subject="Changed: Night baker", to="reader@example.org", **fields):
    text = fields.get("text", "Pay: from £11 to £12 an hour")
    mail = EmailMultiAlternatives(subject, text, "board@board.example", [to])
    if "html" in fields:
        mail.attach_alternative(fields["html"], "text/html")
    return mail


def write(folder, *mails):
    """Write all of them over one connection, so into one file."""
    connection = get_connection(FILE_BACKEND, file_path=folder)
    connection.send_messages(mails)


@pytest.fixture
def folder(tmp_path, settings):
    settings.ROOT_URLCONF = "jobsite.urls_dev"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


class TestProduction:
    def test_has_no_demo_inbox(self, client, db):
        assert client.get("/demo/inbox/").status_code == 404
        for name in ("demo_inbox", "demo_message", "demo_message_html"):
            with pytest.raises(NoReverseMatch):
                reverse(name, args=["1"] if name != "demo_inbox" else [])


class TestStoredMails:
    def test_are_none_before_the_first_email(self, folder, settings):
        settings.EMAIL_FILE_PATH = str(folder / "not made yet")

        assert demo_inbox.stored_mails() == []

    def test_are_found_one_by_one_in_a_file_of_several(self, folder):
        write(folder, make_mail("First"), make_mail("Second"))
        write(folder, make_mail("Third"))

        mails = demo_inbox.stored_mails()

        assert {mail.as_context()["subject"] for mail in mails} == {
            "First",
            "Second",
            "Third",
        }
        assert len({mail.id for mail in mails}) == 3

    def test_come_newest_first(self, folder):
        write(folder, make_mail("First"), make_mail("Second"), make_mail("Third"))

        subjects = [m.as_context()["subject"] for m in demo_inbox.stored_mails()]

        assert subjects == ["Third", "Second", "First"]

    @pytest.mark.parametrize(
        "text",
        [
            "Crêpes & Brötchen, £11 to £12",
            "A long line that has to be folded: " + "£ and ü " * 60,
            f"A rule:\n{'-' * 79}\nand more",
            f"It ends with a rule\n{'-' * 79}",
        ],
    )
    def test_keep_their_text_whatever_it_is(self, text, folder):
        write(folder, make_mail(text=text), make_mail("Another"))

        [mail] = [
            mail
            for mail in demo_inbox.stored_mails()
            if mail.as_context()["subject"] != "Another"
        ]

        assert mail.body("plain").rstrip("\n") == text

    def test_keep_a_subject_with_umlauts(self, folder):
        write(folder, make_mail("Bäcker & Konditor: £12"))

        [mail] = demo_inbox.stored_mails()

        assert mail.as_context()["subject"] == "Bäcker & Konditor: £12"

    def test_leave_out_an_email_that_is_still_being_written(self, folder):
        write(folder, make_mail("Whole"))
        [path] = folder.iterdir()
        with path.open("ab") as file:
            file.write(b"Content-Type: text/plain\nSubject: Half\n\nNot yet")

        [mail] = demo_inbox.stored_mails()

        assert mail.as_context()["subject"] == "Whole"

    def test_are_found_by_the_same_id_when_more_were_written(self, folder, monkeypatch):
        connection = get_connection(FILE_BACKEND, file_path=folder)
        connection.send_messages([make_mail("First"), make_mail("Second")])
        second = demo_inbox.stored_mails()[0]
        monkeypatch.setattr(demo_inbox, "READ_PER_FILE", 1000)

        connection.send_messages([make_mail("Third")])

        assert second.id in {mail.id for mail in demo_inbox.stored_mails()}


class TestInbox:
    def test_lists_every_email(self, folder, client, db):
        write(folder, make_mail("Bread & Butter"), make_mail(to="other@example.org"))

        response = client.get("/demo/inbox/")

        assert "Bread &amp; Butter" in response.text
        assert response.context["recipients"] == [
            "other@example.org",
            "reader@example.org",
        ]

    def test_lists_the_emails_of_one_recipient(self, folder, client, db):
        write(folder, make_mail("Mine"), make_mail("Theirs", to="other@example.org"))

        response = client.get("/demo/inbox/", {"recipient": "other@example.org"})

        assert "Theirs" in response.text
        assert "Mine" not in response.text

    def test_shows_an_email_as_text_and_where_its_html_is(self, folder, client, db):
        write(folder, make_mail(text="Bread & Butter", html="<p>Bread</p>"))
        [mail] = demo_inbox.stored_mails()

        response = client.get(reverse("demo_message", args=[mail.id]))

        assert "Bread &amp; Butter" in response.text
        assert reverse("demo_message_html", args=[mail.id]) in response.text

    def test_shows_an_email_as_high_as_it_is(self, folder, client, db):
        write(folder, make_mail(html="<p>Bread</p>"))
        [mail] = demo_inbox.stored_mails()

        page = client.get(reverse("demo_message", args=[mail.id])).content.decode()

        assert "js/email_preview.js" in page
        assert "email-preview" in page
        assert 'sandbox="allow-same-origin ' in page
        assert "allow-scripts" not in page

    def test_knows_no_other_files(self, folder, client, db):
        (folder.parent / "secret.log").write_text("Subject: secret\n\n")

        response = client.get("/demo/inbox/..%2Fsecret.0/")

        assert response.status_code == 404


class TestHtml:
    @pytest.fixture
    def response(self, folder, client):
        html = (
            '<html><head lang="en"></head><a href="https://a.example/">£12</a></html>'
        )
        write(folder, make_mail(html=html))
        [mail] = demo_inbox.stored_mails()
        return client.get(reverse("demo_message_html", args=[mail.id]))

    def test_is_what_was_sent_with_links_for_the_whole_window(self, response):
        assert response.text == (
            '<html><head lang="en"><base target="_top"></head>'
            '<a href="https://a.example/">£12</a></html>'
        )

    def test_may_bring_styles_but_no_scripts(self, response):
        policy = response.headers["Content-Security-Policy"]

        assert "default-src 'none'" in policy
        assert "style-src 'unsafe-inline'" in policy
        assert "script-src" not in policy

    def test_is_not_there_for_an_email_without_it(self, folder, client, db):
        write(folder, make_mail())
        [mail] = demo_inbox.stored_mails()

        url = reverse("demo_message_html", args=[mail.id])

        assert client.get(url).status_code == 404
