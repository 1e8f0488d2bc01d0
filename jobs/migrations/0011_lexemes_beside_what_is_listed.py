import jobs.search
from django.db import migrations


def write_anew(apps, schema_editor):
    """Have ``jobs.listing_sql.install`` fill the column after this, in any case.

    Where it was taken away and comes back, the triggers alone would be as they should.
    """
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP TRIGGER IF EXISTS jobs_listing_forgotten ON jobs_joblisting"
        )


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0010_indexes_of_endings'),
    ]

    operations = [
        migrations.AddField(
            model_name='joblisting',
            name='lexemes',
            field=jobs.search.LexemesField(editable=False, null=True),
        ),
        migrations.RunPython(write_anew, migrations.RunPython.noop),
    ]
