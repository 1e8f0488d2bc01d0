import pytest
from django.db import OperationalError, connection
from django.utils import timezone

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

        response = client.get("/healthz")

        assert response.status_code == 503
        assert response.json()["reasons"] == ["The database cannot be reached."]

    @pytest.mark.django_db
    def test_is_never_answered_from_a_cache(self, client):
        assert "no-store" in client.get("/healthz").headers["Cache-Control"]

    def test_changes_nothing_so_takes_no_post(self, client):
        assert client.post("/healthz").status_code == 405
