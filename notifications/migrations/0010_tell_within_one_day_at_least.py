import django.core.validators
from django.db import migrations, models


def tell_again(apps, schema_editor):
    """With 0 every announcement was too old to be told."""
    settings = apps.get_model("notifications", "AnnouncementSettings")
    settings.objects.filter(tell_within_days=0).update(tell_within_days=1)


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0009_fewer_indexes_on_emails'),
    ]

    operations = [
        migrations.AlterField(
            model_name='announcementsettings',
            name='tell_within_days',
            field=models.PositiveSmallIntegerField(default=7, help_text='After an outage, news older than this is not sent any more.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='tell within days'),
        ),
        migrations.RunPython(tell_again, migrations.RunPython.noop),
    ]
