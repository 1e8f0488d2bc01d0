"""The public pages on which somebody starts or stops to follow a job.

No GET or HEAD changes anything: mail scanners open every link, so a link opens a page
with a button. No page tells a stranger whether an address is known.
"""
