"""Which addresses may stand in a link of the site."""

import pytest
from django.core.exceptions import ValidationError

from jobs.links import is_link, validate_link


class TestAddress:
    @pytest.mark.parametrize(
        "address",
        [
            "https://example.org/",
            "http://example.org/a?b=c&d#e",
            "HTTPS://EXAMPLE.ORG",
            "https://münchen.example/ä",
            "mailto:us@example.org",
            "mailto:us@example.org?subject=Job%20%26%20more",
            "tel:+441234567890",
            "tel:01234-567.890;ext=12",
            "/",
            "/jobs/?q=bread#list",
        ],
    )
    def test_of_the_web_a_mailbox_a_telephone_or_this_site_is_taken(self, address):
        validate_link(address)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "\x01javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "file:///etc/passwd",
            "ftp://example.org/",
            "//example.org/",
            "/\\example.org/",
            "/\t/example.org/",
            "/jobs/ a",
            "https:example.org",
            "https://",
            "https://[",
            "mailto:",
            "mailto:nobody",
            "tel:",
            "tel:alert(1)",
            "#main",
        ],
    )
    def test_of_any_other_kind_is_refused_with_what_it_begins_with(self, address):
        assert not is_link(address)
        with pytest.raises(ValidationError, match="begins with https://, mailto:"):
            validate_link(address)

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("www.example.org/a", "https://www.example.org/a"),
            ("//example.org", "https://example.org"),
            ("us@example.org", "mailto:us@example.org"),
            ("+44 1234 567890", "tel:+441234567890"),
            ("tel:+44 1234 567890", "tel:+441234567890"),
            ("jobs/?q=bread", "/jobs/?q=bread"),
        ],
    )
    def test_that_is_nearly_one_is_refused_with_the_one_that_was_meant(
        self, typed, meant
    ):
        with pytest.raises(ValidationError, match="Did you mean") as refusal:
            validate_link(typed)

        assert refusal.value.messages[0].endswith(f"Did you mean {meant}?")

    def test_that_a_browser_would_run_is_not_offered_in_another_shape(self):
        with pytest.raises(ValidationError) as refusal:
            validate_link("javascript:alert(1)")

        assert "Did you mean" not in refusal.value.messages[0]
