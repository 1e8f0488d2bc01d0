"""What a visitor agrees to by following a job, word for word.

A subscription keeps the number of the wording, and the export shows it. When the follow
form says something else, its new words are added under the next number; what somebody
agreed to before stays as it was.
"""

from __future__ import annotations

WORDINGS: dict[int, str] = {
    1: (
        "Get an email when its pay, place, requirements or closing date change, and "
        "when it closes. Nothing else. We email you a link first. Until you use it, "
        "nothing happens."
    ),
}

#: The wording that the follow form has now.
CONSENT_VERSION = max(WORDINGS)
