from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsiteConfig(AppConfig):
    name = "jobsite"
    verbose_name = _("Jobs board")

    def ready(self) -> None:
        from jobsite import checks  # noqa: F401  # registers them
        from jobsite.signal_handlers import register_signal_handlers

        register_signal_handlers()
