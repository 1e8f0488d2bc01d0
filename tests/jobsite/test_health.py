import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.utils import timezone
from django.utils.functional import Promise

from jobsite import health
from notifications.models import Heartbeat


class TestHealthz:
    @pytest.mark.django_db
    def test_says_ok_while_the_database_answers_and_the_worker_runs(self, client):
        Heartbeat.objects.create(name="tick", seen_at=timezone.now())

        response = client.get("/healthz")

        assert response.status_code == 200
        assert response.json()["status"] == "ok"

    @pytest.mark.django_db
    def test_says_in_words_that_the_worker_does_not_run(self, client):
        response = client.get("/healthz")

        assert response.status_code == 503
        assert response.json()["status"] == "failing"
        assert "The email worker has not run yet." in response.json()["reasons"]

    @pytest.mark.django_db
    def test_says_in_words_that_the_database_is_gone(self, client, monkeypatch):
        def unreachable(*args, **kwargs):
            raise OperationalError("could not connect to server")

        monkeypatch.setattr(connection, "cursor", unreachable)
        monkeypatch.setattr(health, "_", "In the board's language: {}".format)

        response = client.get("/healthz")

        assert response.status_code == 503
        assert response.json()["reasons"] == [
            "In the board's language: The database cannot be reached."
        ]

    @pytest.mark.django_db
    def test_is_never_answered_from_a_cache(self, client):
        assert "no-store" in client.get("/healthz").headers["Cache-Control"]

    def test_changes_nothing_so_takes_no_post(self, client):
        assert client.post("/healthz").status_code == 405


def test_the_board_is_called_so_in_the_language_of_the_admin():
    assert isinstance(apps.get_app_config("jobsite").verbose_name, Promise)
