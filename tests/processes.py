"""What a process remembers."""

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.fragments import Memory
from jobsite.public import frame


def begin_a_process():
    """Forget where sites are, and what stands around pages and in them."""
    cache.clear()
    frame._held.clear()
    for memory in Memory.all:
        memory.clear()


def cost(client, url, query=None, **headers):
    """Ask for a page; answers how many queries it took, and what came."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, query or {}, headers=headers)
    return len(queries), response
