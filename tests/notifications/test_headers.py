"""The bytes of a message: what stands in its headers, and what cannot get there."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default

import pytest
from django.core.exceptions import ValidationError

from jobs.models import BoardSettings, Company, JobPage, JobRecord
from notifications import messages, services
from notifications.delivery import expansion
from notifications.delivery.preparing import Preparer
from notifications.models import OutgoingEmail
from notifications.rendering import Content, content_bytes, render
from tests.factories import edit, follow, make_company, make_job, make_subscription

LONG = "Köchin & Bäcker für die Nachtschicht in Marlhaven, Port Sable und St. Æthel – "
LONG += "mit Führerschein, gern auch Quereinsteiger"
INJECTION = "\r\nBcc: all@example.org\r\nX-Own: yes\n\nHello & goodbye"


@pytest.fixture
def board(db):
    BoardSettings.objects.update(
        name="Marlhaven Jobs", contact_address="desk@board.example"
    )


@pytest.fixture
def wire(board, worker):
    """The bytes of one announcement's email, as they go over the wire."""

    def wire(**changes):
        job = JobPage.objects.first() or make_job(title="Night baker")
        if not job.record.subscriptions.exists():
            make_subscription(job=job, email="reader@example.org")
            worker.run()
        edit(job, **changes)
        worker.wait(minutes=11)
        services.announce_next()
        expansion.expand_next()
        rows = list(OutgoingEmail.objects.select_related("subscriber"))
        [(_row, outgoing)] = Preparer(takes_bytes=True).prepare(rows, worker.now())
        return outgoing.content

    return wire


def header_lines(raw):
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def line_of(raw, name):
    """The header of this name, which stands on one line."""
    lines = header_lines(raw)
    [at] = [n for n, line in enumerate(lines) if line.startswith(name.encode() + b":")]
    following = lines[at + 1 : at + 2]
    assert not any(line[:1] in (b" ", b"\t") for line in following), "folded"
    return lines[at].decode().partition(": ")[2]


def names_of(raw):
    return {line.partition(b":")[0].decode().lower() for line in header_lines(raw)}


class TestAnnouncement:
    def test_says_that_nobody_typed_it_and_nobody_need_answer(self, wire):
        raw = wire(pay_max=29000)

        assert line_of(raw, "Auto-Submitted") == "auto-generated"
        assert line_of(raw, "X-Auto-Response-Suppress") == "All"
        assert line_of(raw, "Reply-To") == "desk@board.example"

    def test_can_be_stopped_with_one_click(self, wire):
        raw = wire(pay_max=29000)

        stop = line_of(raw, "List-Unsubscribe")
        assert re.fullmatch(r"<http://testserver/subscriptions/unsubscribe/\w+/>", stop)
        assert line_of(raw, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
        record = JobRecord.objects.get()
        assert line_of(raw, "List-Id") == f"<job-{record.pk}.board.example>"

    def test_a_board_without_an_address_gives_none_to_answer_to(self, wire):
        BoardSettings.objects.update(contact_address="")

        assert "reply-to" not in names_of(wire(pay_max=29000))

    def test_a_long_title_in_other_letters_arrives_whole(self, wire):
        raw = wire(title=LONG)

        message = message_from_bytes(raw, policy=default)
        assert message["Subject"] == f"Title changed: {LONG}"
        # RFC 2047, 2: no encoded word is longer than 75 characters.
        words = re.findall(rb"=\?[^?\s]+\?[^?\s]\?[^?\s]*\?=", raw)
        assert words
        assert max(map(len, words)) <= 75
        assert max(map(len, raw.split(b"\r\n"))) <= 998

    @pytest.mark.parametrize(
        "changes",
        [
            {"title": f"Night baker{INJECTION}"},
            {
                "pay_max": 29000,
                "tell_followers": "SEND",
                "change_note": f"More{INJECTION}",
            },
        ],
        ids=["title", "note"],
    )
    def test_a_line_break_starts_no_header_and_no_body(self, changes, wire):
        clean = names_of(wire(workplace="HYBRID"))
        OutgoingEmail.objects.all().delete()

        raw = wire(**changes)

        assert names_of(raw) == clean
        assert message_from_bytes(raw, policy=default).is_multipart()

    def test_a_companys_name_starts_no_header_either(self, wire):
        clean = names_of(wire(workplace="HYBRID"))
        OutgoingEmail.objects.all().delete()
        Company.objects.update(name=f"Crumb{INJECTION}")
        JobRecord.objects.update(company_name=f"Crumb{INJECTION}")

        assert names_of(wire(pay_max=29000)) == clean


class TestLongLinks:
    @pytest.mark.parametrize("length", [22, 200, 600])
    def test_a_link_is_never_folded(self, length, board):
        stop = f"https://jobs.example.org/subscriptions/unsubscribe/{'t' * length}/"
        content = Content(
            template="test",
            address="reader@example.org",
            values={},
            stop_url=stop,
            list_id="job-1",
        )

        raw = content_bytes(render(content, message_id="0" * 32))

        assert line_of(raw, "List-Unsubscribe") == f"<{stop}>"


class TestOtherLetters:
    @pytest.mark.parametrize("header", ["From", "Message-ID", "List-Id"])
    def test_the_senders_domain_is_written_in_ascii(self, header, wire, settings):
        settings.DEFAULT_FROM_EMAIL = "Jobs <jobs@bäckerei.example>"

        assert "xn--bckerei-5wa.example" in line_of(wire(pay_max=29000), header)

    def test_the_address_to_answer_to_is_written_in_ascii(self, wire):
        BoardSettings.objects.update(contact_address="desk@bäckerei.example")

        raw = wire(pay_max=29000)
        assert line_of(raw, "Reply-To") == "desk@xn--bckerei-5wa.example"

    def test_a_companys_address_is_written_in_ascii(self, board, worker):
        follow(make_job(company=make_company(email="post@bäckerei.example")))
        row = OutgoingEmail.objects.get(kind="NEW_FOLLOWER")

        message = messages.compose(row)

        assert message.to == ["post@xn--bckerei-5wa.example"]
        raw = content_bytes(message)
        assert line_of(raw, "To") == "post@xn--bckerei-5wa.example"
        assert "list-unsubscribe" not in names_of(raw)

    @pytest.mark.parametrize(
        ("model", "field"),
        [(Company, "email"), (BoardSettings, "contact_address")],
    )
    def test_letters_that_no_server_takes_are_refused_where_they_are_typed(
        self, model, field
    ):
        with pytest.raises(ValidationError):
            model._meta.get_field(field).run_validators("jürgen@example.org")

    def test_the_boards_name_may_be_in_any_letters(self, wire):
        BoardSettings.objects.update(name="Bäckerei & Söhne")

        sender = line_of(wire(pay_max=29000), "From")
        assert str(make_header(decode_header(sender))) == (
            "Bäckerei & Söhne <jobs@board.example>"
        )
