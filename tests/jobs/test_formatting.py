"""How pay, places and dates are said."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import translation

from jobs import formatting

LONDON = ZoneInfo("Europe/London")
#: Tuesday 2 June 2026, a quarter past two in the afternoon in London.
NOW = dt.datetime(2026, 6, 2, 14, 15, tzinfo=LONDON)


def at(*parts):
    return dt.datetime(*parts, tzinfo=LONDON)


def pay(low, high=None, currency="GBP", period="YEAR"):
    low, high = (None if x is None else Decimal(x) for x in (low, high))
    return formatting.pay(low=low, high=high, currency=currency, period=period)


@pytest.fixture
def june():
    with time_machine.travel(NOW, tick=False):
        yield


class TestPay:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            (("26000", "28000"), "£26,000 to £28,000 a year"),
            (("26000.00", "28000.50"), "£26,000 to £28,000.50 a year"),
            (("15.20", None, "GBP", "HOUR"), "£15.20 an hour"),
            (("15.20", "15.20", "GBP", "HOUR"), "£15.20 an hour"),
            ((None, "120", "EUR", "DAY"), "up to €120 a day"),
            (("0.5", None, "USD", "HOUR"), "US$0.50 an hour"),
            (("1234567", None, "GBP", "MONTH"), "£1,234,567 a month"),
            ((None, None), ""),
        ],
    )
    def test_is_said_in_words(self, values, words):
        assert pay(*values) == words

    @pytest.mark.parametrize("currency", ["CHF", "NOK", "SEK", "DKK"])
    def test_names_a_currency_that_has_no_sign_here(self, currency):
        assert pay("5000", None, currency, "WEEK").replace("\xa0", " ") == (
            f"{currency} 5,000 a week"
        )


class TestPlace:
    @pytest.mark.parametrize(
        ("towns", "workplace", "words"),
        [
            (["Marlhaven"], "ON_SITE", "Marlhaven"),
            (["Leeds", "York"], "HYBRID", "Leeds and York, hybrid"),
            (["Leeds", "York", "Hull"], "ON_SITE", "Leeds, York and Hull"),
            (list("ABCDE"), "ON_SITE", "A, B, C and 2 more"),
            (["Leeds", "Leeds"], "ON_SITE", "Leeds"),
            ([], "ON_SITE", ""),
            ([], "HYBRID", ""),
        ],
    )
    def test_names_the_towns(self, towns, workplace, words):
        rows = [{"place": x, "region": "", "country": "GB"} for x in towns]

        assert formatting.place(rows, workplace) == words

    @pytest.mark.parametrize(
        ("countries", "words"),
        [
            (["IE"], "Remote in Ireland"),
            (["GB", "IE"], "Remote in the United Kingdom or Ireland"),
            (["NL", "DE", "US"], "Remote in the Netherlands, Germany or the "),
            (["GB", "GB"], "Remote in the United Kingdom"),
            ([], "Remote"),
        ],
    )
    def test_names_the_countries_of_a_remote_job(self, countries, words):
        rows = [{"place": "Leeds", "region": "", "country": x} for x in countries]

        assert formatting.place(rows, "REMOTE").startswith(words)

    def test_falls_back_to_region_and_country(self):
        rows = [
            {"place": "", "region": "Kerry", "country": "IE"},
            {"place": "", "region": "", "country": "GB"},
        ]

        assert formatting.place(rows, "ON_SITE") == "Kerry and the United Kingdom"

    def test_says_a_country_without_its_official_addition(self):
        assert formatting.country("BO") == "Bolivia"

    def test_shows_the_code_of_a_country_that_is_no_more(self):
        assert formatting.country("XQ") == "XQ"

    def test_puts_an_article_in_english_only(self):
        with translation.override("de"):
            assert not formatting.country("GB").startswith("the ")


@pytest.mark.usefixtures("june")
class TestClosing:
    @pytest.mark.parametrize(
        ("closes_at", "line", "short"),
        [
            (at(2026, 6, 2, 23, 59), "Closes today, 23:59", "Today"),
            (at(2026, 6, 3, 0, 0), "Closes tomorrow, 00:00", "Tomorrow"),
            (at(2026, 6, 3, 23, 59), "Closes tomorrow, 23:59", "Tomorrow"),
            (at(2026, 6, 7, 23, 59), "Closes in 5 days, Sun 7 June", "In 5 days"),
            (at(2026, 6, 9, 23, 59), "Closes in 7 days, Tue 9 June", "In 7 days"),
            (at(2026, 6, 10, 0, 1), "Closes Wed 10 June", "In 8 days"),
            (at(2027, 1, 4, 12, 0), "Closes Mon 4 January 2027", "In 216 days"),
            (None, "", ""),
        ],
    )
    def test_is_said_by_how_near_it_is(self, closes_at, line, short):
        assert formatting.closing_line(closes_at, NOW) == line
        assert formatting.closing_in(closes_at, NOW) == short

    def test_counts_midnights_and_not_hours(self):
        late = at(2026, 6, 2, 23, 58)

        assert formatting.days_until(at(2026, 6, 3, 0, 2), late) == 1

    @pytest.mark.parametrize(
        ("now", "closes_at"),
        [
            # The night that is an hour short, and the one that has an hour twice.
            (at(2026, 3, 28, 23, 59), at(2026, 3, 29, 23, 59)),
            (at(2026, 10, 24, 23, 59), at(2026, 10, 25, 23, 59)),
        ],
    )
    def test_counts_one_day_over_a_change_of_the_clocks(self, now, closes_at):
        assert formatting.closing_line(closes_at, now) == "Closes tomorrow, 23:59"

    def test_is_in_site_time_whatever_zone_the_moment_comes_in(self):
        utc = dt.datetime(2026, 6, 12, 22, 59, tzinfo=dt.UTC)

        assert formatting.moment(utc) == "Fri 12 June, 23:59"
        assert formatting.moment_with_zone(utc) == "Fri 12 June, 23:59 (London)"
        assert formatting.moment_long(utc) == "Friday 12 June, 23:59"


@pytest.mark.usefixtures("june")
class TestDay:
    def test_has_its_year_only_when_it_is_another(self):
        assert formatting.day(at(2026, 12, 31, 23, 59)) == "Thu 31 December"
        assert formatting.day(at(2027, 1, 1)) == "Fri 1 January 2027"
        assert formatting.day(dt.date(2025, 6, 1)) == "Sun 1 June 2025"

    def test_belongs_to_site_time_at_the_turn_of_the_year(self):
        turn = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)

        with time_machine.travel(turn, tick=False):
            assert formatting.day(turn) == "Thu 31 December"

    def test_in_full_and_in_short(self):
        assert formatting.day_long(at(2026, 6, 12)) == "12 June 2026"
        assert formatting.day_and_month(dt.date(2026, 6, 12)) == "12 June"


class TestHost:
    @pytest.mark.parametrize(
        ("url", "host"),
        [
            ("https://www.crumb.example/jobs?id=1", "crumb.example"),
            ("http://jobs.crumb.example:8443/", "jobs.crumb.example:8443"),
            ("", ""),
        ],
    )
    def test_is_said_without_www(self, url, host):
        assert formatting.host(url) == host


def test_one_line_keeps_what_this_python_has_not_heard_of_and_no_control():
    text = "Baker\u2028 \U0001fae8\u0378 now\x00\ufffe\ud800"

    assert formatting.one_line(text) == "Baker \U0001fae8\u0378 now"
