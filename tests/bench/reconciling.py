"""Looking for missed news among many jobs that have none, in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
from time import perf_counter, process_time

import django

if __name__ == "__main__":
    django.setup()
    from notifications.models import AnnouncedState
    from notifications.reconciling import reconcile

    count = AnnouncedState.objects.count()
    began, worked = perf_counter(), process_time()
    found = reconcile()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "jobs": count,
                "found": found,
                "seconds": perf_counter() - began,
                "cpu": process_time() - worked,
                # Bytes on a Mac, kilobytes elsewhere.
                "megabytes": peak / 1024 ** (2 if sys.platform == "darwin" else 1),
            }
        )
    )
