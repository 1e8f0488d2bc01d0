"""What is said of a job, the same of its page and of its row in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jobs import formatting
from jobs.choices import Workplace

if TYPE_CHECKING:
    from jobs.formatting import News


class JobInWords:
    """A job whose facts are at hand: no query is asked to say them.

    ``where`` are its places in the editor's order, each a dict of place, region and
    country; ``news`` is whatever knows what followers were last told, or None.
    """

    company: Any
    workplace: Any
    employment_type: Any
    pay_min: Any
    pay_max: Any
    pay_currency: Any
    pay_period: Any
    closes_at: Any
    posted_at: Any

    @property
    def where(self) -> list[dict[str, str]]:
        raise NotImplementedError

    @property
    def news(self) -> News | None:
        raise NotImplementedError

    @property
    def company_name(self) -> str:
        return self.company.public_name if self.company else ""

    @property
    def towns(self) -> list[str]:
        """Where the work is done, each place once; for a remote job "remote"."""
        if self.workplace == Workplace.REMOTE:
            return [str(Workplace.REMOTE.label).lower()]
        return list(dict.fromkeys(map(formatting.town, self.where)))

    @property
    def place(self) -> str:
        return formatting.place(self.where, self.workplace)

    @property
    def place_in_full(self) -> str:
        """Every place that its markup for search engines states, too."""
        return formatting.place(self.where, self.workplace, in_full=True)

    @property
    def pay_text(self) -> str:
        return formatting.pay(
            low=self.pay_min,
            high=self.pay_max,
            currency=self.pay_currency,
            period=self.pay_period,
        )

    @property
    def type_text(self) -> str:
        return formatting.employment_type(self.employment_type)

    @property
    def workplace_text(self) -> str:
        return formatting.workplace(self.workplace)

    @property
    def closing_line(self) -> str:
        return formatting.closing_line(self.closes_at, timezone.now())

    @property
    def closing_in(self) -> str:
        return formatting.closing_in(self.closes_at, timezone.now())

    @property
    def closing_full(self) -> str:
        return formatting.moment_with_zone(self.closes_at) if self.closes_at else ""

    @property
    def closes_soon(self) -> bool:
        """Whether it closes today or tomorrow."""
        if self.closes_at is None:
            return False
        days = formatting.days_until(self.closes_at, timezone.now())
        return days <= formatting.SOON_DAYS

    @property
    def flag(self) -> str:
        """The one thing that a list points out: news of the job, or that it is new."""
        now = timezone.now()
        news = formatting.news_line(self.news, now) if self.news else ""
        if news or self.posted_at is None:
            return news
        age = -formatting.days_until(self.posted_at, now)
        return {0: _("New today"), 1: _("New yesterday")}.get(age, "")
