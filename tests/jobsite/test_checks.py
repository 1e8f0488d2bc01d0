import pytest
from wagtail.models import Site

from jobsite import checks


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.django_db
class TestOneSite:
    def test_is_content_with_the_default_site(self):
        assert checks.one_site(None, databases=["default"]) == []

    def test_refuses_a_second_site(self):
        root_page = Site.objects.get().root_page
        Site.objects.create(hostname="second.example", root_page=root_page)

        assert ids(checks.one_site(None, databases=["default"])) == ["jobsite.E001"]

    def test_refuses_a_board_without_a_site(self):
        Site.objects.all().delete()

        assert ids(checks.one_site(None, databases=["default"])) == ["jobsite.E001"]


class TestOneLanguageAndTrueTime:
    def test_is_content_with_the_settings_of_the_board(self):
        assert checks.one_language_and_true_time(None) == []

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("WAGTAIL_I18N_ENABLED", True, "jobsite.E002"),
            ("USE_TZ", False, "jobsite.E003"),
        ],
    )
    def test_refuses_what_the_board_cannot_live_with(
        self, name, value, expected, settings
    ):
        setattr(settings, name, value)

        assert ids(checks.one_language_and_true_time(None)) == [expected]

    def test_refuses_a_transaction_around_every_request(self, settings, monkeypatch):
        monkeypatch.setitem(settings.DATABASES["default"], "ATOMIC_REQUESTS", True)

        assert ids(checks.one_language_and_true_time(None)) == ["jobsite.E004"]


class TestTasksLeaveTheRequest:
    IMMEDIATE = "django_tasks.backends.immediate.ImmediateBackend"
    DATABASE = "django_tasks_db.DatabaseBackend"

    @pytest.mark.parametrize(
        ("engine", "backend", "expected"),
        [
            ("", IMMEDIATE, []),
            ("database", DATABASE, []),
            ("database", IMMEDIATE, ["jobsite.E005"]),
        ],
    )
    def test_refuses_to_mail_in_a_visitors_request(
        self, engine, backend, expected, settings
    ):
        settings.TASKS_BACKEND = engine
        settings.TASKS = {"default": {"BACKEND": backend}}

        assert ids(checks.tasks_leave_the_request(None)) == expected
