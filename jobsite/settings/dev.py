"""Settings for development and the demo: `make run`, `manage.py`."""

from jobsite.settings.environment import env, read_dot_env

read_dot_env()

from jobsite.settings.base import *

DEBUG = env.bool("DEBUG")
DEMO = True
LEAST_GAP_HOURS = 0
ROOT_URLCONF = "jobsite.urls_dev"

# Static files straight from where they are written: no collectstatic.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# A line for each mail is for a machine that somebody operates, not for a first look.
LOGGING["loggers"]["notifications"] = {"level": "WARNING"}
