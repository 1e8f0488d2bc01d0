import pytest

from tests.factories import make_user


def policy_of(response):
    header = response.headers["Content-Security-Policy"]
    directives = (directive.split() for directive in header.split(";"))
    return {name: set(sources) for name, *sources in directives}


@pytest.mark.django_db
class TestContentSecurityPolicy:
    @pytest.mark.parametrize("path", ["/", "/nowhere/", "/administrators/", "/healthz"])
    def test_is_strict_on_public_pages(self, path, client):
        policy = policy_of(client.get(path))

        assert policy == {
            "default-src": {"'self'"},
            "script-src": {"'self'"},
            "style-src": {"'self'"},
            "img-src": {"'self'", "data:"},
            "object-src": {"'none'"},
            "base-uri": {"'self'"},
            "form-action": {"'self'"},
            "frame-ancestors": {"'self'"},
        }

    @pytest.mark.parametrize(
        "path",
        [
            "/admin/",
            "/admin/announcements/",
            "/admin/jobs_listing/",
            "/admin/login/",
            "/admin/nowhere/",
            "/admin/reports/followers/",
            "/admin/settings/home/looksettings/",
            "/admin/support/people/",
        ],
    )
    def test_lets_the_admin_write_scripts_and_styles_and_no_more(self, path, client):
        client.force_login(make_user())

        policy = policy_of(client.get(path, follow=True))

        assert policy == {
            "default-src": {"'self'"},
            "script-src": {"'self'", "'unsafe-inline'"},
            "style-src": {"'self'", "'unsafe-inline'"},
            "img-src": {"'self'", "data:", "blob:"},
            "object-src": {"'none'"},
            "base-uri": {"'self'"},
            "form-action": {"'self'"},
            "frame-ancestors": {"'self'"},
        }

    def test_comes_with_a_referrer_policy_that_keeps_the_origin(self, client):
        response = client.get("/healthz")

        assert response.headers["Referrer-Policy"] == "same-origin"
