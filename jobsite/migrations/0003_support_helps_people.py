from django.db import migrations


def allow(apps, schema_editor):
    """Let support act for people; taking data away in a file is another right."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    content_type, _created = ContentType.objects.get_or_create(
        app_label="subscriptions", model="subscriber"
    )
    Permission = apps.get_model("auth", "Permission")
    for group in apps.get_model("auth", "Group").objects.filter(
        name="Subscriber support"
    ):
        for action in ("change", "delete"):
            # Made here if Django's post_migrate has not come round to it.
            permission, _created = Permission.objects.get_or_create(
                content_type=content_type,
                codename=f"{action}_subscriber",
                defaults={"name": f"Can {action} follower"},
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("jobsite", "0002_site_owners_change_email_texts"),
        ("subscriptions", "0003_recorded_consent"),
    ]
    operations = [
        migrations.RunPython(allow, migrations.RunPython.noop, elidable=True),
    ]
