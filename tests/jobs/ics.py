"""Reading a calendar as RFC 5545 has it, without the library that wrote it."""

import re

LINE = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[^;:]+)*):(.*)", re.DOTALL)


def entry_in(content):
    """The properties of the one event of a calendar, checked line by line."""
    assert content.endswith(b"\r\n")
    lines = content[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", b"".join(lines))
    unfolded = content.decode()[:-2].replace("\r\n ", "").split("\r\n")
    properties, path = {}, []
    for line in unfolded:
        name, _parameters, value = LINE.fullmatch(line).groups()
        if name == "BEGIN":
            path.append(value)
        elif name == "END":
            assert path.pop() == value
        else:
            properties.setdefault(path[-1], {})[name] = unescaped(value)
    assert path == []
    assert properties["VCALENDAR"]["VERSION"] == "2.0"
    assert "PRODID" in properties["VCALENDAR"]
    assert properties["VEVENT"].keys() >= {"UID", "DTSTAMP", "DTSTART", "SEQUENCE"}
    return properties["VEVENT"]


def unescaped(value):
    return re.sub(r"\\(.)", lambda x: "\n" if x[1] in "nN" else x[1], value)
