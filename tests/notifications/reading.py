"""Reading a mail as a person does, in both its parts."""

import html
import re


def text_of(message):
    """The plain part on one line."""
    return " ".join(message.body.split())


def words_of(message):
    """What a reader sees of the HTML part, on one line."""
    [(source, kind)] = message.alternatives
    assert kind == "text/html"
    return squeezed(source)


def squeezed(source):
    """What a reader sees of ``source``, on one line."""
    source = re.sub(r"<(style|title)\b.*?</\1>|<!--.*?-->", "", source, flags=re.DOTALL)
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())
    return re.sub(r" (?=[:.,])", "", words)


def links_of(message):
    return re.findall(r"https?://[^\s\"<>)]+", message.body) + re.findall(
        r'href="([^"]+)"', message.alternatives[0].content
    )


def says(message, *sentences):
    """Assert that both parts say each sentence, "&" and all."""
    text, words = text_of(message), words_of(message)
    for sentence in sentences:
        assert sentence in text
        assert sentence in words
