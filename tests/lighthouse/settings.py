"""Production as it is behind its proxy, without the proxy: plain http on this machine."""

import os

from jobsite.settings.production import *

SITE_URL = WAGTAILADMIN_BASE_URL = SITE_URL.replace("https://", "http://")
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
# Uploads come from the proxy too.
ROOT_URLCONF = "jobsite.urls_dev"
MEDIA_ROOT = os.environ["MEDIA_ROOT"]
# The town of the demo is what is looked at.
DEMO = True
