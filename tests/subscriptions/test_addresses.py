"""What is an address, which two are the same, and how one is shown."""

import pytest
from django.core.exceptions import ValidationError

from subscriptions.addresses import hashed, masked, normalised, validated
from subscriptions.forms import AddressForm
from subscriptions.models import Subscriber
from tests.factories import make_subscriber
from tests.subscriptions.visiting import sealed_note

SHAPE = "That does not look like an email address. It should be like name@example.org."


class TestValidated:
    @pytest.mark.parametrize(
        ("typed", "written_to"),
        [
            ("reader@example.org", "reader@example.org"),
            ("Reader.Name+jobs@Example.ORG", "Reader.Name+jobs@example.org"),
            ("reader@bücher.example", "reader@xn--bcher-kva.example"),
            ("reader@BÜCHER.example", "reader@xn--bcher-kva.example"),
            ("reader@straße.example", "reader@xn--strae-oqa.example"),
            ("reader@xn--bcher-kva.example", "reader@xn--bcher-kva.example"),
            ("o'hara_1-x@mail.example.co.uk", "o'hara_1-x@mail.example.co.uk"),
            (f"{'x' * 64}@example.org", f"{'x' * 64}@example.org"),
        ],
    )
    def test_keeps_what_was_typed_in_the_form_that_relays_take(self, typed, written_to):
        assert validated(typed) == written_to

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "reader",
            "@example.org",
            "reader@",
            "reader@example",
            "reader@@example.org",
            "reader@exam ple.org",
            "reader example@example.org",
            "reader.@example.org",
            "re..ader@example.org",
            "reader@example..org",
            "reader@-example.org",
            "jürgen@example.org",
            "reader@[127.0.0.1]",
            "reader@127.0.0.1",
            '"a b"@example.org',
            "reader@example.org\nBcc: everybody@example.org",
            "reader\x00@example.org",
            "reader@example.org\x00",
            "Reader <reader@example.org>",
            "reader@example.org, other@example.org",
            f"{'x' * 65}@example.org",
            f"{'x' * 70}@example.org",
            f"reader@{'x' * 64}.example",
            f"{'x' * 60}@{'.'.join(['y' * 60] * 4)}.example",
            "reader@localhost",
            "\u202ereader@example.org",
            "reader@\u200bexample.org",
        ],
    )
    def test_refuses_what_no_mail_reaches_in_words(self, typed):
        with pytest.raises(ValidationError) as refused:
            validated(typed)

        assert refused.value.messages == [SHAPE]


def form_of(typed):
    note = sealed_note("manage")
    return AddressForm({"email": typed, "note": note}, purpose="manage")


class TestForm:
    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("", "Enter your email address."),
            ("   ", "Enter your email address."),
            ("reader", SHAPE),
        ],
    )
    def test_says_what_to_do(self, typed, message):
        assert form_of(typed).errors == {"email": [message]}

    def test_forgives_spaces_around_an_address(self):
        form = form_of("  reader@example.org\t")

        assert form.is_valid()
        assert form.cleaned_data["email"] == "reader@example.org"

    def test_refuses_more_than_any_address_is_long(self):
        assert not form_of(f"{'x' * 300}@example.org").is_valid()


class TestIdentity:
    @pytest.mark.parametrize(
        "other",
        [
            "reader+jobs@example.org",
            "READER+JOBS@EXAMPLE.ORG",
            " Reader+Jobs@Example.Org ",
        ],
    )
    def test_is_the_same_in_any_case(self, other):
        assert normalised(other) == "reader+jobs@example.org"
        assert hashed(other) == hashed("Reader+jobs@example.org")

    @pytest.mark.parametrize(
        "other", ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example"]
    )
    def test_is_the_same_in_any_spelling_of_the_domain(self, other):
        assert hashed(f"reader@{other}") == hashed("reader@bücher.example")

    @pytest.mark.parametrize(
        "typed", ["Reader@Straße.example", "x@ΒΌΛΟΣ.example", "x@ﬁsh.example"]
    )
    def test_is_the_same_before_and_after_it_was_validated(self, typed):
        assert hashed(typed) == hashed(validated(typed))

    @pytest.mark.parametrize(
        "other",
        ["reader@example.org", "r.eader+jobs@example.org", "reader+jobs@example.com"],
    )
    def test_is_another_with_other_dots_and_tags(self, other):
        assert hashed(other) != hashed("reader+jobs@example.org")

    @pytest.mark.parametrize("odd", ["", "@", "no address", f"x@{'y' * 300}", "x@.."])
    def test_of_what_is_no_address_is_something_too(self, odd):
        assert hashed(odd) == hashed(odd.upper())

    def test_is_keyed_so_that_a_stolen_table_cannot_be_searched(self, settings):
        ours = hashed("reader@example.org")
        assert len(ours) == 64

        settings.ADDRESS_KEY = "another key"

        assert hashed("reader@example.org") != ours

    def test_does_not_depend_on_the_key_that_is_rotated(self, settings):
        ours = hashed("reader@example.org")

        settings.SECRET_KEY = "another key"

        assert hashed("reader@example.org") == ours


class TestMasked:
    @pytest.mark.parametrize(
        ("address", "shown"),
        [
            ("reader@example.org", "r•••@example.org"),
            ("a@example.org", "a•••@example.org"),
            ("Reader+jobs@example.org", "R•••@example.org"),
        ],
    )
    def test_shows_the_first_letter_and_the_domain(self, address, shown):
        assert masked(address) == shown


@pytest.mark.django_db
class TestSubscriber:
    def test_is_called_by_a_number_and_never_by_the_address(self):
        subscriber = make_subscriber("reader@example.org")

        assert str(subscriber) == f"Subscriber {subscriber.pk}"
        assert subscriber.masked_address == "r•••@example.org"
        assert "reader" not in repr(subscriber)

    def test_is_found_however_the_address_is_written(self):
        subscriber = make_subscriber("Reader@Example.org")

        assert Subscriber.objects.with_address("reader@EXAMPLE.ORG") == subscriber
        assert Subscriber.objects.with_address("other@example.org") is None
