"""A second account of what followers must be told, kept beside the product's.

It shares no comparison with the product. Every text says what it means, so that what
is only wording is known and not computed, and rows are compared as a reader sees them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from tests.notifications.ads import FACTS, Ad, Known, differences

OPEN, CLOSED, TAKEN_DOWN = "open", "closed", "taken_down"
WEAK_TO_STRONG = ["", "DO_NOT_SEND", "AUTOMATIC", "SEND"]
WINDOW = dt.timedelta(minutes=10)
NEWS_FOR = dt.timedelta(days=7)


@dataclass
class News:
    """One announcement as it has to be; ``to`` is who followed when it was made.

    Whether it was for anybody shows when it is sent: they may have left by then.
    """

    kind: str
    version: int
    facts: set[str]
    before: Known
    after: Known
    note: str
    state: str
    made_at: dt.datetime
    to: dict[str, int] = field(default_factory=dict)
    was_for_nobody: bool = False

    @property
    def was_told(self) -> bool:
        return self.state == "told"


@dataclass
class Follow:
    """One person's way with one job; ``stint`` counts each uninterrupted stay."""

    closings_only: bool
    asked_at: dt.datetime
    subscription_id: int
    is_confirmed: bool = False
    has_left: bool = False
    stint: int = 0

    @property
    def counts(self) -> bool:
        return self.is_confirmed and not self.has_left


class Job:
    """One job: what is public of it, what followers know, and what is about to be told.

    ``known`` is None until the first look; ``due_at`` says when the next look is.
    """

    def __init__(self, ad: Ad, gap: dt.timedelta) -> None:
        self.revisions = [ad]
        self.row = ad
        self.gap = gap
        self.is_live = self.is_expired = self.is_deleted = self.is_private = False
        self.has_draft = True
        self.scheduled: int | None = None
        self.known: Known | None = None
        self.has_state = False
        self.version = 0
        self.cancelled: Known | None = None
        self.news: list[News] = []
        self.follows: dict[str, Follow] = {}
        self.last_open_at: dt.datetime | None = None
        self._close_window()

    def _close_window(self) -> None:
        self.due_at: dt.datetime | None = None
        self.wish = self.note = ""
        self.at_once = False

    # What is public

    def public(self, now: dt.datetime) -> Known:
        state, reason = self._availability(now)
        facts = {"state": state, "reason": reason}
        if state == OPEN:
            facts |= {name: getattr(self.row, name) for name in FACTS}
            # In no order: two states are equal whatever order an editor gave them.
            facts["requirements"] = tuple(sorted(self.row.requirements))
            facts["locations"] = tuple(sorted(self.row.locations))
        return facts

    def _availability(self, now: dt.datetime) -> tuple[str, str]:
        if self.is_deleted:
            return TAKEN_DOWN, "deleted"
        if not self.is_live:
            return TAKEN_DOWN, "expired" if self.is_expired else "unpublished"
        if self.is_private:
            return TAKEN_DOWN, "private"
        if self.row.closed_reason:
            return CLOSED, self.row.closed_reason.lower()
        if self.row.closes_at is not None and self.row.closes_at <= now:
            return CLOSED, "closing_date"
        return OPEN, ""

    def is_open(self, now: dt.datetime) -> bool:
        return self._availability(now)[0] == OPEN

    # What editors and time do

    def save(self, ad: Ad) -> None:
        self.revisions.append(ad)
        self.has_draft = True

    def publish(self, now: dt.datetime, number: int = -1) -> None:
        """Make a revision public, or let it wait for its day."""
        ad = self.revisions[number]
        number %= len(self.revisions)
        if ad.go_live_at is not None and ad.go_live_at > now:
            self.scheduled = number
            return
        self.scheduled = None
        self.is_live, self.is_expired = True, False
        self.has_draft = number != len(self.revisions) - 1
        self.row = self.revisions[number] = ad.wished_nothing
        self.touch(now, ad.wish, ad.note)

    def close(self, now: dt.datetime, reason: str, note: str) -> None:
        """Close or open again what is public; a draft goes on waiting, with its day."""
        draft = self.revisions[-1] if self.has_draft else None
        is_scheduled = self.scheduled == len(self.revisions) - 1
        self.save(replace(self.row, closed_reason=reason, wish="AUTOMATIC", note=note))
        self.publish(now)
        if draft is not None:
            self.save(replace(draft, closed_reason=reason))
            self.scheduled = len(self.revisions) - 1 if is_scheduled else None

    def unpublish(self, now: dt.datetime, *, is_expired: bool = False) -> None:
        self.is_live, self.is_expired = False, is_expired
        self.has_draft = True
        self.scheduled = None
        self.touch(now)

    def delete(self, now: dt.datetime) -> None:
        if self.has_state:
            self.touch(now, going=True)
        self.is_deleted, self.is_live, self.scheduled = True, False, None

    def hide(self, now: dt.datetime, *, is_private: bool) -> None:
        """Make its page private, or public again, of which no publication tells."""
        if self.is_private == is_private:
            return
        self.is_private = is_private
        may_be_news = self.known and self.known["state"] in (OPEN, TAKEN_DOWN)
        if self.is_live and may_be_news:
            self.due_at = now + WINDOW
            self.wish = max(self.wish, "AUTOMATIC", key=WEAK_TO_STRONG.index)

    def touch(
        self,
        now: dt.datetime,
        wish: str = "AUTOMATIC",
        note: str = "",
        *,
        going: bool = False,
    ) -> None:
        if not self.has_state:
            # A first publication: nobody follows, so there is nothing to wait for.
            self.has_state, self.due_at = True, now
            return
        self.due_at = now + WINDOW
        self.wish = max(self.wish, wish, key=WEAK_TO_STRONG.index)
        if note and self.note not in ("", note):
            self.note = f"{self.note} {note}"
        else:
            self.note = note or self.note
        if self.known is not None and not going:
            # What was said of an act ends with it when the act is undone.
            alone = self.note if self.wish == "SEND" else ""
            if not self._news(self.public(now), "SEND", alone):
                self.note = ""

    def wake(self, now: dt.datetime) -> None:
        """Publish and take down what a day was set for."""
        if self.is_live and self.row.expire_at and self.row.expire_at < now:
            self.unpublish(now, is_expired=True)
        if self.scheduled is not None:
            moment = self.revisions[self.scheduled].go_live_at
            if moment is not None and moment < now:
                self.publish(now, self.scheduled)

    def notice_closing_date(self, now: dt.datetime) -> None:
        if self.known is None or self.known["state"] != OPEN or not self.is_live:
            return
        closes_at = self.row.closes_at
        waits = self.due_at is None or self.due_at > now
        if waits and not self.cancelled and closes_at and closes_at <= now:
            known = self.due_at is None and self.known["closes_at"] == closes_at
            self.due_at = closes_at if known else now

    def reconcile(self, now: dt.datetime) -> None:
        if self.known is None or self.due_at is not None:
            return
        after = self.public(now)
        if self._news(after, "", "") and after != self.cancelled:
            self.due_at = now

    # What followers must be told

    def adopt(self, now: dt.datetime) -> None:
        """Who follows before the first look knows what is public then."""
        self.has_state = True
        if self.known is None:
            self.known = self.public(now)

    def look(self, now: dt.datetime) -> None:
        """Compare, if a look is due, and decide."""
        if self.due_at is not None and self.due_at <= now:
            self._decide(now)

    def _decide(self, now: dt.datetime) -> None:
        after = self.public(now)
        if self.known is None:
            self.known = after
        elif self.wish == "SEND" or after != self.cancelled:
            found = self._news(after, self.wish, self.note)
            if found and self._is_silenced(found[0], after, now):
                found = None
            if found and found[0] == "CHANGED" and self._waits(now):
                return
            self.cancelled = None
            if found:
                is_late = now - (self.due_at or now) > NEWS_FOR
                self._make(found, after, now, "too late" if is_late else "told")
            self.known = self._moved_on(after)
        self._close_window()

    def cancel(self, now: dt.datetime) -> bool:
        if self.due_at is None or self.known is None:
            return False
        after = self.public(now)
        found = self._news(after, self.wish, self.note)
        is_cancelled = self.wish != "SEND" and after == self.cancelled
        if not found or is_cancelled or self._is_silenced(found[0], after, now):
            # Nobody is owed anything, so it ends as it would by itself.
            self._decide(now)
            return True
        self._make(found, after, now, "cancelled")
        self.cancelled = after
        self._close_window()
        return True

    def _news(self, after: Known, wish: str, note: str) -> tuple[str, set[str]] | None:
        assert self.known is not None
        was, now = self.known["state"], after["state"]
        if now == OPEN:
            facts = differences(self.known, after, wording=wish == "SEND")
            if was != OPEN:
                return "OPEN_AGAIN", facts
            worth_it = facts or (wish == "SEND" and note)
            return ("CHANGED", facts) if worth_it else None
        if was == OPEN:
            return ("CLOSED" if now == CLOSED else "TAKEN_DOWN"), set()
        return None

    def _is_silenced(self, kind: str, after: Known, now: dt.datetime) -> bool:
        """Whether the editor's "no" covers this: it speaks of a publication."""
        assert self.known is not None
        known_end = self.known.get("closes_at")
        passed = known_end is not None and known_end <= now
        by_itself = kind == "TAKEN_DOWN" or (
            after["reason"] == "closing_date" and passed
        )
        return self.wish == "DO_NOT_SEND" and not by_itself

    def _waits(self, now: dt.datetime) -> bool:
        changes = [x for x in self.news if x.kind == "CHANGED" and x.was_told]
        heard = [x.made_at for x in changes if not x.was_for_nobody]
        if self.at_once or not self.gap or not heard:
            return False
        until = heard[-1] + self.gap
        if until > now:
            self.due_at = until
            return True
        return False

    def _moved_on(self, after: Known) -> Known:
        assert self.known is not None
        return after if after["state"] == OPEN else self.known | after

    def _make(
        self, found: tuple[str, set[str]], after: Known, now: dt.datetime, state: str
    ) -> None:
        assert self.known is not None
        self.version += 1
        kind, facts = found
        following = {
            address: follow.stint
            for address, follow in self.follows.items()
            if follow.counts and not (kind == "CHANGED" and follow.closings_only)
        }
        self.news.append(
            News(
                kind=kind,
                version=self.version,
                facts=facts,
                before=self.known,
                after=self._moved_on(after),
                note=self.note,
                state=state,
                made_at=now,
                to=following if state == "told" else {},
            )
        )
