"""The markup of a page, as an independent parser reads it and a schema checks it."""

import json
from pathlib import Path

from bs4 import BeautifulSoup
from jsonschema import Draft202012Validator

SCHEMA = json.loads((Path(__file__).parent / "job_posting.schema.json").read_text())
Draft202012Validator.check_schema(SCHEMA)


def posting_in(html):
    """The one JobPosting of a page, or None."""
    soup = BeautifulSoup(html, "html.parser")
    found = soup.find_all("script", type="application/ld+json")
    assert len(found) < 2
    return json.loads(found[0].string) if found else None


def check(posting):
    """Assert that Google would take ``posting``, and would have nothing to ask for."""
    Draft202012Validator(SCHEMA).validate(posting)
    assert posting["description"] != posting["title"]
    value = posting.get("baseSalary", {}).get("value", {})
    assert value.get("minValue", 0) <= value.get("maxValue", 0)
