from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0004_reasons_for_taking_down"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmailText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("CONFIRM", "Confirm"),
                            ("ALREADY_FOLLOWING", "Already following"),
                            ("MANAGE_LINK", "Link to everything followed"),
                            ("CHANGED", "Changed"),
                            ("CLOSED", "Closed"),
                            ("TAKEN_DOWN", "Taken down"),
                            ("OPEN_AGAIN", "Open again"),
                            ("CORRECTION", "Correction"),
                            ("REMINDER", "Reminder"),
                            ("NEW_FOLLOWER", "New follower"),
                        ],
                        max_length=17,
                        unique=True,
                        verbose_name="kind",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="subject"
                    ),
                ),
                (
                    "opening",
                    models.TextField(
                        blank=True, max_length=600, verbose_name="opening"
                    ),
                ),
                (
                    "closing",
                    models.TextField(
                        blank=True, max_length=600, verbose_name="closing"
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(auto_now=True, verbose_name="changed"),
                ),
            ],
            options={
                "verbose_name": "email text",
                "default_permissions": ("change",),
            },
        ),
        migrations.AddField(
            model_name="announcement",
            name="closing",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="announcement",
            name="heading",
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name="announcement",
            name="opening",
            field=models.TextField(blank=True),
        ),
    ]
