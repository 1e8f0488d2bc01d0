"""The WSGI entry point: production settings unless told otherwise."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings.production")

application = get_wsgi_application()

# What is loaded by now stays for good: no collection needs to look through it again.
gc.collect()
gc.freeze()
