"""Exporting and erasing for somebody who wrote a letter."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from subscriptions.models import Subscriber
from tests.factories import make_subscription

pytestmark = pytest.mark.django_db
READER = "reader@example.org"


@pytest.fixture
def run(monkeypatch, capsys):
    """The command with ``typed`` on standard input; answers what it printed."""

    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        call_command("privacy", *arguments)
        return capsys.readouterr().out

    return run


class TestExport:
    def test_prints_everything_as_json(self, run):
        subscription = make_subscription(email=READER)

        data = json.loads(run("export", typed="READER@example.org\n"))

        assert data["person"]["address"] == READER
        assert data["follows"][0]["job"] == subscription.record.title

    def test_of_nobody_says_so_in_the_same_shape(self, run):
        assert json.loads(run("export", typed=READER))["person"] is None

    def test_takes_a_file(self, run, tmp_path):
        make_subscription(email=READER)
        file = tmp_path / "address.txt"
        file.write_text(f"  {READER}\n")

        assert json.loads(run("export", "--file", str(file)))["person"]


class TestErase:
    def test_leaves_nothing(self, run):
        make_subscription(email=READER)

        assert run("erase", typed=READER) == "Erased.\n"
        assert not Subscriber.objects.exists()

    def test_twice_is_as_good_as_once(self, run):
        printed = run("erase", typed=READER)

        assert printed == "Nothing was held about this address.\n"


@pytest.mark.parametrize("action", ["export", "erase"])
class TestBadInput:
    @pytest.mark.parametrize(
        "typed", ["", "\n", "reader", "a@b@c", "\x00", f"{'x' * 5000}@example.org"]
    )
    def test_is_refused_in_one_line_without_the_address(self, run, action, typed):
        with pytest.raises(CommandError) as refused:
            run(action, typed=typed)

        message = str(refused.value)
        assert "\n" not in message
        assert not typed.strip() or typed.strip() not in message

    def test_from_a_file_that_is_not_there_is_refused(self, run, action, tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            run(action, "--file", str(tmp_path / "nothing"))

    def test_from_a_file_that_is_no_text_is_refused(self, run, action, tmp_path):
        file = tmp_path / "address"
        file.write_bytes(b"\xff\xfe")

        with pytest.raises(CommandError, match="cannot be read"):
            run(action, "--file", str(file))

    def test_is_never_an_argument(self, run, action):
        with pytest.raises(CommandError):
            run(action, READER)
