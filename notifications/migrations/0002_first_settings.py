from django.conf import settings
from django.db import migrations


def create_settings(apps, schema_editor):
    # Wagtail makes a missing row when a page is read, and no GET of ours writes.
    apps.get_model("notifications", "AnnouncementSettings").objects.create(
        quiet_minutes=settings.QUIET_MINUTES,
        least_gap_hours=settings.LEAST_GAP_HOURS,
    )


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]
    operations = [
        migrations.RunPython(
            create_settings, migrations.RunPython.noop, elidable=True
        )
    ]
