"""How pay, places and dates are said, on pages and in emails alike.

Every function answers in plain text, in the site's language and time zone, ready to
be escaped by a template. Moments are aware datetimes; ``now`` is a moment too.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Protocol
from urllib.parse import urlsplit

from babel import Locale
from babel.numbers import format_currency, get_currency_symbol
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import (
    get_language,
    gettext,
    gettext_lazy,
    ngettext,
    to_locale,
)
from django_countries import countries

from jobs.choices import EmploymentType, PayPeriod, RequirementKind, Workplace

#: Countries that English puts an article before in running text.
_WITH_ARTICLE = {"AE", "BS", "CD", "CF", "CZ", "DO", "GB", "GM", "MV", "NL", "PH", "US"}
SOON_DAYS = 1
#: For how long lists, and the page of a job, say that it has changed.
NEWS_DAYS = 14
#: The facts whose change a list points out, the one that matters most first.
NEWS = {
    "requirements": gettext_lazy("Requirements updated"),
    "pay": gettext_lazy("Pay updated"),
    "closes_at": gettext_lazy("Closing date moved"),
    "locations": gettext_lazy("Place updated"),
}


class News(Protocol):
    """Whatever remembers what followers were last told, such as a ``JobRecord``."""

    news_field: str
    news_at: dt.datetime | None


WEEK_DAYS = 7


def locale() -> Locale:
    return _locale(get_language() or "en-gb")


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse(to_locale(language))


def money(amount: Decimal, currency: str) -> str:
    """Say an amount, without pence when there are none: "£26,000", "£15.20"."""
    return _money(amount, currency, get_language() or "en-gb")


# A list says the same few amounts again and again.
@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str, language: str) -> str:
    locale = _locale(language)
    whole = amount == amount.to_integral_value()
    pattern = "#,##0" if whole else "#,##0.00"
    # A currency without a sign is written in letters: "CHF 5,000".
    letters = get_currency_symbol(currency, locale)[-1].isalpha()
    pattern = f"¤\N{NO-BREAK SPACE}{pattern}" if letters else f"¤{pattern}"
    return format_currency(
        amount, currency, format=pattern, locale=locale, currency_digits=False
    )


def pay(
    *, low: Decimal | None, high: Decimal | None, currency: str, period: str
) -> str:
    """Say what a job pays: "£26,000 to £28,000 a year", or "" when it is not stated."""
    amounts = [money(a, currency) for a in (low, high) if a is not None]
    if not amounts:
        return ""
    each = str(PayPeriod(period).label)
    if low is not None and high is not None and low != high:
        return gettext("%(low)s to %(high)s %(each)s") % {
            "low": amounts[0],
            "high": amounts[1],
            "each": each,
        }
    if low is None:
        return gettext("up to %(amount)s %(each)s") % {
            "amount": amounts[0],
            "each": each,
        }
    return f"{amounts[0]} {each}"


def country(code: str) -> str:
    """Name a country as running text does: "the United Kingdom"."""
    return _country(code, get_language() or "en-gb")


# Looking a name up takes long, and pages say the same few.
@lru_cache(maxsize=512)
def _country(code: str, language: str) -> str:
    name = str(countries.name(code)) or code
    name = name.partition(" (")[0]
    english = language.startswith("en")
    return f"the {name}" if code in _WITH_ARTICLE and english else name


def listed(words: Iterable[str], conjunction: str = "") -> str:
    """Join words as a sentence does: "Leeds, York and Hull"."""
    conjunction = conjunction or gettext("and")
    unique = list(dict.fromkeys(words))
    if len(unique) <= 1:
        return "".join(unique)
    return f"{', '.join(unique[:-1])} {conjunction} {unique[-1]}"


def place(
    locations: Sequence[dict[str, str]], workplace: str, *, in_full: bool = False
) -> str:
    """Say where the work is done.

    Args:
        locations: ``{"place", "region", "country"}`` each, in the editor's order.
        workplace: a value of ``Workplace``.
        in_full: name every town, however many there are; a list has room for three.

    Returns:
        "Marlhaven", "Leeds and York, hybrid", "Remote in Ireland or the United
        Kingdom"; "" when nothing is known.
    """
    if workplace == Workplace.REMOTE:
        where = listed((country(x["country"]) for x in locations), gettext("or"))
        if not where:
            return gettext("Remote")
        return gettext("Remote in %(where)s") % {"where": where}
    towns = [town(x) for x in locations]
    extra = len(towns) - 3
    if extra > 0 and not in_full:
        more = ngettext("%(count)d more", "%(count)d more", extra) % {"count": extra}
        towns = [*towns[:3], more]
    where = listed(towns)
    if workplace == Workplace.HYBRID:
        return gettext("%(where)s, hybrid") % {"where": where} if where else ""
    return where


def town(location: dict[str, str]) -> str:
    """Name one place: its town, else its region, else its country."""
    return location["place"] or location["region"] or country(location["country"])


def one_line(text: str) -> str:
    """Put a text on one line, without what XML and calendars may not hold."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or _may_stand(c))
    return " ".join("".join(kept).split())


def _may_stand(character: str) -> bool:
    """Whether XML has it (XML 1.0, 2.2). What Python knows nothing of yet stands."""
    is_of_no_text = unicodedata.category(character) in ("Cc", "Cs")
    return not is_of_no_text and character not in "\ufffe\uffff"


def day(moment: dt.datetime | dt.date) -> str:
    """Say a day near today: "Fri 12 June"; another year's with the year."""
    local = _local(moment)
    pattern = "D j F" if local.year == timezone.localdate().year else "D j F Y"
    return date_format(local, pattern)


def day_long(moment: dt.datetime | dt.date) -> str:
    """Say a day in full: "12 June 2026"."""
    return date_format(_local(moment), "j F Y")


def day_and_month(moment: dt.datetime | dt.date) -> str:
    """Say a day without its year: "12 June"."""
    return date_format(_local(moment), "j F")


def weekday(moment: dt.datetime) -> str:
    """The day of the week: "Friday"."""
    return date_format(_local(moment), "l")


def clock(moment: dt.datetime) -> str:
    return date_format(_local(moment), "H:i")


def moment(value: dt.datetime) -> str:
    """Say a moment: "Fri 12 June, 23:59"."""
    return f"{day(value)}, {clock(value)}"


def moment_long(value: dt.datetime) -> str:
    """Say a moment as a letter does: "Tuesday 9 June, 14:32"."""
    return f"{date_format(_local(value), 'l j F')}, {clock(value)}"


def zone_name() -> str:
    """The city of the site's time zone: "London"."""
    return timezone.get_default_timezone_name().rpartition("/")[2].replace("_", " ")


def moment_with_zone(value: dt.datetime) -> str:
    return f"{moment(value)} ({zone_name()})"


def _local(value: dt.datetime | dt.date) -> dt.datetime | dt.date:
    return timezone.localtime(value) if isinstance(value, dt.datetime) else value


def days_until(value: dt.datetime, now: dt.datetime) -> int:
    """Count the midnights, in site time, between ``now`` and ``value``."""
    return (timezone.localdate(value) - timezone.localdate(now)).days


def midnight_after(days: int, now: dt.datetime) -> dt.datetime:
    """The end of the day that is so many days from now, as ``days_until`` counts."""
    day = timezone.localdate(now) + dt.timedelta(days=days + 1)
    return dt.datetime.combine(day, dt.time.min, timezone.get_current_timezone())


def closing_line(closes_at: dt.datetime | None, now: dt.datetime) -> str:
    """Say when a job closes, for lists: "Closes in 5 days, Sun 7 June"."""
    if closes_at is None:
        return ""
    days = days_until(closes_at, now)
    values = {"day": day(closes_at), "clock": clock(closes_at), "days": days}
    if days <= 0:
        return gettext("Closes today, %(clock)s") % values
    if days == SOON_DAYS:
        return gettext("Closes tomorrow, %(clock)s") % values
    if days <= WEEK_DAYS:
        return (
            ngettext(
                "Closes in %(days)d day, %(day)s",
                "Closes in %(days)d days, %(day)s",
                days,
            )
            % values
        )
    return gettext("Closes %(day)s") % values


def closing_day(closes_at: dt.datetime | None) -> str:
    """Say when a job closes where "tomorrow" would soon be wrong: "Closes 7 June"."""
    if closes_at is None:
        return ""
    return gettext("Closes %(day)s") % {"day": day(closes_at)}


def news_line(news: News, now: dt.datetime) -> str:
    """Say what of a job changed lately: "Requirements updated 2 days ago"; or ""."""
    said = NEWS.get(news.news_field)
    if said is None or news.news_at is None:
        return ""
    if not 0 <= -days_until(news.news_at, now) <= NEWS_DAYS:
        return ""
    ago = days_ago(news.news_at, now)
    return gettext("%(what)s %(ago)s") % {"what": said, "ago": ago}


def closing_in(closes_at: dt.datetime | None, now: dt.datetime) -> str:
    """Say how long a job stays open: "In 17 days", "Today", "Tomorrow"."""
    if closes_at is None:
        return ""
    days = days_until(closes_at, now)
    if days <= 0:
        return gettext("Today")
    if days == SOON_DAYS:
        return gettext("Tomorrow")
    return ngettext("In %(days)d day", "In %(days)d days", days) % {"days": days}


def days_ago(value: dt.datetime, now: dt.datetime) -> str:
    """Say how long ago something was: "today", "yesterday", "2 days ago"."""
    days = -days_until(value, now)
    if days <= 0:
        return gettext("today")
    if days == 1:
        return gettext("yesterday")
    return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}


def employment_type(value: str) -> str:
    return str(EmploymentType(value).label) if value else ""


def workplace(value: str) -> str:
    return str(Workplace(value).label) if value else ""


def requirement_kind(value: str) -> str:
    return str(RequirementKind(value).label).lower()


def host(url: str) -> str:
    """The name of the website that ``url`` is on, without "www."."""
    return urlsplit(url).netloc.removeprefix("www.")
