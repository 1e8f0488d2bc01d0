"""What search engines read of a job: schema.org's ``JobPosting``, as Google wants it.

developers.google.com/search/docs/appearance/structured-data/job-posting. The page and
the editor's checklist ask the same ``missing``, so an editor is told of a gap for
exactly as long as the page is without its markup.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from html import escape, unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.rich_text import RichText

from jobs.choices import Workplace
from jobs.facts import closing_of

if TYPE_CHECKING:
    from jobs.models import JobLocation, JobPage

Json = dict[str, Any]

#: Decoration, for which Google leaves a job out.
DECORATION = frozenset("!*")
#: What Google reads of a text, and what of ours becomes that. Other tags are left out,
#: their words stay.
TAGS = {
    "p": "p",
    "br": "br",
    "ul": "ul",
    "ol": "ul",
    "li": "li",
    "h2": "p",
    "h3": "p",
    "h4": "p",
    "blockquote": "p",
}
LOGO_TYPES = (".jpg", ".jpeg", ".png", ".gif")


def job_posting(
    job: JobPage, now: dt.datetime, *, url: str, logo_url: str = ""
) -> Json | None:
    """Build the ``JobPosting`` of a job, or None where there is to be none.

    There is none for a job that is not live or not open, and none that would lack
    what Google requires: an incomplete one counts against the whole site.

    Args:
        job: a ``JobPage`` that everybody may see; its company, places, requirements
            and text are read.
        now: the moment to judge the closing date by.
        url: the job's canonical address, in full.
        logo_url: its company's logo, in full; "" for none.
    """
    if not job.live or job.posted_at is None or not closing_of(job, now).is_open:
        return None
    if missing(job):
        return None
    organization = _organization(job, logo_url)
    found: Json = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": title_of(job),
        "description": description_of(job),
        "datePosted": _moment(job.posted_at),
        "hiringOrganization": organization,
        "employmentType": job.employment_type,
        "directApply": bool(job.apply_email),
        "identifier": {
            "@type": "PropertyValue",
            "name": organization["name"],
            "value": str(job.translation_key),
        },
        "url": url,
        **_where(job),
    }
    if job.closes_at is not None:
        found["validThrough"] = _moment(job.closes_at)
    pay = _pay(job)
    if pay is not None:
        found["baseSalary"] = pay
    return found


def missing(job: JobPage) -> list[str]:
    """Name the properties that Google requires and ``job`` cannot fill, in its terms.

    Empty for a job whose markup is complete once it is public. ``addressCountry``
    stands for a place without a country.
    """
    found = []
    title = title_of(job)
    if not title:
        found.append("title")
    if job.company is None:
        found.append("hiringOrganization")
    text = _text_of(job)
    if not text or text == title:
        found.append("description")
    places = list(job.locations.all())
    if job.workplace == Workplace.REMOTE:
        if not places:
            found.append("applicantLocationRequirements")
    elif not any(x.place or x.region for x in places):
        found.append("jobLocation")
    if any(not x.country for x in places):
        found.append("addressCountry")
    return found


def title_of(job: JobPage) -> str:
    """The title without decoration and without doubled spaces."""
    return " ".join("".join(c for c in job.title if c not in DECORATION).split())


def description_of(job: JobPage) -> str:
    """All that the page says of the job, in the few tags that Google reads."""
    parts = list(_body(job))
    for heading, rows in (
        (_("You must have"), job.must_haves),
        (_("Nice to have"), job.nice_to_haves),
    ):
        if rows:
            items = "".join(f"<li>{escape(row.text)}</li>" for row in rows)
            parts.append(f"<p>{escape(heading)}</p><ul>{items}</ul>")
    return "".join(parts)


class _Reducer(HTMLParser):
    """Keeps the words, and of the tags those of ``TAGS``, without attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in TAGS:
            self.parts.append(f"<{TAGS[tag]}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in TAGS and tag != "br":
            self.parts.append(f"</{TAGS[tag]}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(escape(data))


def reduce(html: str) -> str:
    """Bring rich text down to paragraphs, line breaks and lists."""
    reducer = _Reducer()
    reducer.feed(html)
    reducer.close()
    return "".join(reducer.parts)


def _body(job: JobPage) -> Iterator[str]:
    for block in job.body:
        if isinstance(block.value, RichText):
            yield reduce(block.value.source)
        else:
            words = block.block.get_searchable_content(block.value)
            yield "".join(f"<p>{escape(str(x))}</p>" for x in words if str(x).strip())


def _text_of(job: JobPage) -> str:
    """The words of the job's text alone, to see whether there are any."""
    # What is left of tags has no attributes, and every other "<" is escaped.
    words = unescape(re.sub(r"<[^>]+>", " ", "".join(_body(job))))
    return " ".join(words.split())


def _organization(job: JobPage, logo_url: str) -> Json:
    company = job.company
    found: Json = {"@type": "Organization"}
    if company is None or company.is_confidential:
        return found | {"name": "confidential"}
    found["name"] = company.name
    if company.website:
        found["sameAs"] = company.website
    if logo_url.lower().endswith(LOGO_TYPES):
        found["logo"] = logo_url
    return found


def _where(job: JobPage) -> Json:
    places = list(job.locations.all())
    if job.workplace == Workplace.REMOTE:
        # In the editor's order, each country once.
        countries = dict.fromkeys(str(x.country) for x in places)
        return {
            "jobLocationType": "TELECOMMUTE",
            "applicantLocationRequirements": [
                {"@type": "Country", "name": code} for code in countries
            ],
        }
    return {
        "jobLocation": [
            {"@type": "Place", "address": _address(x)}
            for x in places
            if x.place or x.region
        ]
    }


def _address(location: JobLocation) -> Json:
    found = {
        "@type": "PostalAddress",
        "addressLocality": location.place,
        "addressRegion": location.region,
        "addressCountry": str(location.country),
    }
    return {name: value for name, value in found.items() if value}


def states_pay(job: JobPage) -> bool:
    """Whether Google can read the pay: one amount, or a range; not "up to" one."""
    return job.pay_min is not None


def _pay(job: JobPage) -> Json | None:
    if not states_pay(job):
        return None
    value: Json = {"@type": "QuantitativeValue", "unitText": job.pay_period}
    low, high = job.pay_min, job.pay_max
    if high is None or high == low:
        value["value"] = _number(low)
    else:
        value |= {"minValue": _number(low), "maxValue": _number(high)}
    return {"@type": "MonetaryAmount", "currency": job.pay_currency, "value": value}


def _number(amount: Decimal | None) -> int | float:
    amount = Decimal(amount or 0)
    whole = amount == amount.to_integral_value()
    return int(amount) if whole else float(amount)


def _moment(value: dt.datetime) -> str:
    return timezone.localtime(value).replace(microsecond=0).isoformat()
