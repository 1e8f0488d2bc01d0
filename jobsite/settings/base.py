"""Settings that hold everywhere. The environment is read in ``environment`` only."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from jobsite.naming import name_of_board
from jobsite.settings.environment import (
    BASE_DIR,
    below_base_dir,
    cache,
    env,
    limits_cache,
    networks,
    number,
    rate,
    site_url,
    tasks_backend,
    text,
)

VAR_DIR = BASE_DIR / "var"

SECRET_KEY = text("SECRET_KEY")
ADDRESS_KEY = text("ADDRESS_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
SITE_URL = site_url()
DEBUG = False
# Whether `manage.py demo` may make accounts whose password is their name.
DEMO = False

# The order decides whose templates win, and who is ready first: jobs must be, since
# wagtail.snippets imports every wagtail_hooks module in its ready().
INSTALLED_APPS = [
    "jobs",
    "subscriptions",
    "notifications",
    "home",
    "jobsite",
    "wagtail.contrib.settings",
    "wagtail.contrib.routable_page",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "wagtail_modeladmin",
    "modelcluster",
    "taggit",
    "anymail",
    "axes",
    "django_countries",
    "django_filters",
    "django_htmx",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "jobsite.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "jobsite.public.middleware.PublicPagesMiddleware",
    "jobsite.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jobs.middleware.FormerJobMiddleware",
    # Last, as it wants to be: it puts its own answer in place of a refused sign-in.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jobsite.urls"
WSGI_APPLICATION = "jobsite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]


# Data


def database() -> dict[str, Any]:
    """What ``DATABASE_URL`` says, with what SQLite needs to serve several processes."""
    config: dict[str, Any] = env.db("DATABASE_URL")
    # A GET must not wait for a writer, nor a worker for a visitor: transactions are
    # opened where they are needed, never around whole requests.
    config["ATOMIC_REQUESTS"] = False
    # Opening a connection costs more than what a page that is kept asks of it.
    config.setdefault("CONN_MAX_AGE", 60)
    config.setdefault("CONN_HEALTH_CHECKS", True)
    if config["ENGINE"].endswith("sqlite3"):
        if config["NAME"] != ":memory:":
            config["NAME"] = below_base_dir(config["NAME"])
        config.setdefault("OPTIONS", {}).update(
            # A transaction that begins by reading cannot become a writer while
            # another one writes: it would fail at once, whatever the timeout.
            transaction_mode="IMMEDIATE",
            timeout=20,
            init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        )
        VAR_DIR.mkdir(exist_ok=True)
    else:
        # Of tables that it has not analysed yet, or that it reads many rows of, it
        # expects so much that it compiles statements: half a second for a tenth.
        config.setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": cache(), "limits": limits_cache()}


# Tasks: Wagtail's own (search index, reference index) and `notifications.tasks.wake`.
# Without an engine they run where they are asked for, and no page waits for a worker.

TASKS_BACKEND = tasks_backend()
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
if TASKS_BACKEND == "database":
    INSTALLED_APPS += ["django_tasks", "django_tasks_db"]
    TASKS["default"]["BACKEND"] = "django_tasks_db.DatabaseBackend"
elif TASKS_BACKEND:
    INSTALLED_APPS += ["django_tasks", "django_rq"]
    TASKS["default"]["BACKEND"] = "django_tasks_rq.RQBackend"
    # Killed after 15 minutes: a mail server may take ten for its last answer.
    RQ_QUEUES = {"default": {"URL": TASKS_BACKEND, "DEFAULT_TIMEOUT": 15 * 60}}
    RQ = {"JOB_CLASS": "django_tasks_rq.Job"}


# Email

_email = env.email("EMAIL_URL")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_FILE_PATH = below_base_dir(_email["EMAIL_FILE_PATH"] or "var/mail")
EMAIL_HOST = _email["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _email["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 30
# Anymail asks the provider for it with every report, and refuses others.
ANYMAIL = {"WEBHOOK_SECRET": text("EMAIL_WEBHOOK_SECRET")}
EMAIL_RATE = rate("EMAIL_RATE")
EMAIL_ALLOW_LIST = [entry.lower() for entry in env.list("EMAIL_ALLOW_LIST")]
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
QUIET_MINUTES = number("QUIET_MINUTES")
# What the site setting starts with; in development nothing makes one wait.
LEAST_GAP_HOURS = 4


# Privacy: how long what is kept of a person. The privacy page says it by itself.

KEEP_REQUESTS_DAYS = number("KEEP_REQUESTS_DAYS", least=1)
KEEP_FOLLOWERS_DAYS = number("KEEP_FOLLOWERS_DAYS", least=1)
KEEP_ADDRESSES_DAYS = number("KEEP_ADDRESSES_DAYS", least=1)
KEEP_EMAILS_DAYS = number("KEEP_EMAILS_DAYS", least=1)


# One zone, one language, one site: jobsite/checks.py says so too

TIME_ZONE = text("TIME_ZONE")
LANGUAGE_CODE = text("LANGUAGE_CODE")
USE_I18N = True
USE_TZ = True


# Files

STATIC_URL = "/static/"
# Pictures of the handbook, which the admin shows.
STATICFILES_DIRS = [("handbook", BASE_DIR / "docs" / "pictures")]
STATIC_ROOT: Path | None = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# A web server reads uploads as another user, whatever umask the board runs with.
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# A page with many requirements and blocks has more fields than Django's 1,000.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000


# Limits: on what the public may cause, and on guessing passwords

TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
# How often forms of the public may cause an email, in windows of the clock. Behind one
# address may be an office or a school: a class that follows in one lesson gets through.
# A person needs one email for many jobs; a mailbox that is to be flooded gets no more
# than this, however often "+tag" changes. What is too much for one job or for all
# together would be news in town, or an attack from many machines.
FORM_LIMITS = {
    "network": "60/10min",
    "mailbox": "12/hour",
    "job": "300/10min",
    "board": "600/10min",
}
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# By network, not by account: else anybody could lock out whoever signs in here. In the
# cache, where it runs out by itself and no name or address is written down.
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
AXES_CACHE = "limits"
AXES_CLIENT_IP_CALLABLE = "subscriptions.networks.network_of"
AXES_LOCKOUT_PARAMETERS = ["ip_address"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
# Waiting is over when we said, whatever is tried meanwhile.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "jobsite.signing_in.too_many_tries"
AXES_VERBOSE = False


# Safety

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Wagtail shows previews in frames.
X_FRAME_OPTIONS = "SAMEORIGIN"
# With "no-referrer" Chromium sends "Origin: null", which Django answers with 403.
SECURE_REFERRER_POLICY = "same-origin"
# For public pages; ContentSecurityPolicyMiddleware says what the admin needs.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}


# Wagtail

# Typed before many pages are deleted, and shown to those who have no page.
WAGTAIL_SITE_NAME = name_of_board
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILSEARCH_BACKENDS = {
    "default": {"BACKEND": "wagtail.search.backends.database"},
}
WAGTAIL_I18N_ENABLED = False
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
# No request leaves for a third party.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "rtf", "txt", "xlsx"]


# Logs: to the console, and only what somebody should read

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Django's own handlers write nothing without DEBUG, and twice with it.
        "django": {"handlers": [], "level": "INFO"},
        # 404 and the like are the visitor's business, 500 is ours.
        "django.request": {"level": "ERROR"},
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        # Warns about every answer to HEAD.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}
