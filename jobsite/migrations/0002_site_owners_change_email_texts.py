from django.db import migrations


def allow(apps, schema_editor):
    """Give Site owners the right; whoever has renamed the group decides for it."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    content_type, _created = ContentType.objects.get_or_create(
        app_label="notifications", model="emailtext"
    )
    # Made here if Django's post_migrate has not come round to it.
    permission, _created = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename="change_emailtext",
        defaults={"name": "Can change email text"},
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="Site owners"):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("jobsite", "0001_groups"),
        ("notifications", "0005_email_texts"),
    ]
    operations = [
        migrations.RunPython(allow, migrations.RunPython.noop, elidable=True),
    ]
