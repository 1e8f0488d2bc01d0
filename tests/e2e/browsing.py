"""What a browser must never do on our pages."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

#: Chromium repeats the answer to the page itself as an error.
REPEATS = "Failed to load resource: the server responded with a status of "
#: Not every violation of a Content-Security-Policy is an error in the console.
SAYS_WHAT_ITS_POLICY_FORBIDS = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
  `Policy: ${event.effectiveDirective} forbids ${event.blockedURI || "this"}`,
));
"""


class Watch:
    """Notes errors in the console, and requests to anybody but the board."""

    def __init__(self, board: str) -> None:
        self.board = board
        self.complaints: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        context.add_init_script(SAYS_WHAT_ITS_POLICY_FORBIDS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        page = message.page.url if message.page else ""
        is_about_page = message.location["url"] == page
        if message.type == "error" and not (
            is_about_page and message.text.startswith(REPEATS)
        ):
            self.complaints.append(f"{page}: {message.text}")

    def _request(self, request: Request) -> None:
        own = (f"{self.board}/", "data:", "blob:", "about:")
        if not request.url.startswith(own):
            self.complaints.append(f"{request.url} was asked for")
