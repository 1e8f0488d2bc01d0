"""What a process remembers."""

from django.core.cache import cache

from jobs.fragments import Memory
from jobsite.public import frame


def begin_a_process():
    """Forget where sites are, and what stands around pages and in them."""
    cache.clear()
    frame._held.clear()
    for memory in Memory.all:
        memory.clear()
