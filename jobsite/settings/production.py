"""Settings for a board that the public uses. They refuse to work half configured."""

import os

from jobsite.settings.environment import read_dot_env, refuse_incomplete_production

read_dot_env()
refuse_incomplete_production(os.environ)

from jobsite.settings.base import *

STORAGES["staticfiles"]["BACKEND"] = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
)

# A proxy in front must say that the visitor came by https. Gunicorn believes one on
# the same machine, or those named in FORWARDED_ALLOW_IPS.
SECURE_SSL_REDIRECT = True
# Whatever asks for the health does so from inside, by http.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [SITE_URL]

SILENCED_SYSTEM_CHECKS = [
    # HSTS for sub-domains and preload lists bind hosts that are not the board's:
    # whoever owns the domain decides that, in the proxy.
    "security.W005",
    "security.W021",
    # X_FRAME_OPTIONS is SAMEORIGIN: Wagtail shows previews in frames.
    "security.W019",
]

# Everybody is written to: the list is for machines on which somebody tries things.
EMAIL_ALLOW_LIST = []
