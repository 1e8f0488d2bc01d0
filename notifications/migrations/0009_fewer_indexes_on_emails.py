"""Fewer indexes on emails, and room beside each row.

Each row is written three times: owed, leased, settled. On PostgreSQL every one of them
writes a new version of the row, and a new entry in each index unless there is room
on its page and nothing indexed has changed (a "heap-only tuple"), as when it is leased.
"""

import django.db.models.deletion
import notifications.models.emails
from django.conf import settings
from django.db import migrations, models


def leave_room(apps, schema_editor):
    _fill(schema_editor, 50)


def fill_pages(apps, schema_editor):
    _fill(schema_editor, 100)


def _fill(schema_editor, percent):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"ALTER TABLE notifications_outgoingemail SET (fillfactor = {percent})"
        )


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0003_regions_around_jobs'),
        ('notifications', '0008_editors_reminded_and_mail_reported'),
        ('subscriptions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='outgoingemail',
            name='announcement',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='emails', to='notifications.announcement'),
        ),
        migrations.AlterField(
            model_name='outgoingemail',
            name='company',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.company', verbose_name='company'),
        ),
        migrations.AlterField(
            model_name='outgoingemail',
            name='key',
            field=models.CharField(max_length=100),
        ),
        migrations.AlterField(
            model_name='outgoingemail',
            name='message_id',
            field=models.CharField(default=notifications.models.emails.make_message_id, max_length=32),
        ),
        migrations.AlterField(
            model_name='outgoingemail',
            name='user',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='outgoingemail',
            index=models.Index(condition=models.Q(('company__isnull', False)), fields=['company'], name='notifications_by_company'),
        ),
        migrations.AddIndex(
            model_name='outgoingemail',
            index=models.Index(condition=models.Q(('user__isnull', False)), fields=['user'], name='notifications_by_user'),
        ),
        migrations.AddIndex(
            model_name='outgoingemail',
            index=models.Index(condition=models.Q(('state', 'SENT')), fields=['message_id'], name='notifications_by_message_id'),
        ),
        migrations.AddConstraint(
            model_name='outgoingemail',
            constraint=models.UniqueConstraint(fields=('key',), name='notifications_owed_once'),
        ),
        migrations.RunPython(leave_room, fill_pages),
    ]
