"""Production as it is behind its proxy, without the proxy: plain http on this machine."""

from jobsite.settings.production import *

SITE_URL = WAGTAILADMIN_BASE_URL = SITE_URL.replace("https://", "http://")
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
# The town of the demo is what is looked at.
DEMO = True
