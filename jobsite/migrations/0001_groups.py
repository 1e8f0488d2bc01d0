"""Who may do what: four groups beside Wagtail's own, and the review of a job.

Rights that an upgrade adds come in a migration of their own; what an administrator
changes by hand stays.
"""

from django.db import migrations

PAGE = ("add", "change")
PUBLISH = (*PAGE, "publish", "bulk_delete", "lock", "unlock")
EVERY = ("add", "change", "delete", "view")

ADMIN = {"wagtailadmin.admin": ["access"]}
IMAGES = ("add", "choose")
WRITE_JOBS = {"jobs.company": ["add", "change", "view"]}
GROUPS = {
    "Job editors": {
        "models": ADMIN | WRITE_JOBS | {"notifications.announcement": ["view"]},
        "job list": PAGE,
        "images": IMAGES,
    },
    "Job publishers": {
        "models": ADMIN
        | WRITE_JOBS
        | {
            "notifications.announcement": ["view", "decide"],
        },
        "job list": PUBLISH,
        "images": IMAGES,
    },
    "Site owners": {
        "models": ADMIN
        | {
            "jobs.company": EVERY,
            "jobs.jobcategory": EVERY,
            "jobs.boardsettings": ["change"],
            "home.looksettings": ["change"],
            "notifications.announcementsettings": ["change"],
            "notifications.announcement": ["view", "decide"],
        },
        "front page": PUBLISH,
        "images": (*IMAGES, "change", "delete"),
    },
    "Subscriber support": {
        "models": ADMIN
        | {
            "subscriptions.subscriber": ["view"],
            "subscriptions.subscription": ["view", "add"],
            "notifications.announcement": ["view"],
            "notifications.outgoingemail": ["view"],
            "notifications.pause": ["pause_email"],
        },
    },
}


def create_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Collection = apps.get_model("wagtailcore", "Collection")
    GroupCollectionPermission = apps.get_model(
        "wagtailcore", "GroupCollectionPermission"
    )
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    pages = {
        "front page": apps.get_model("home", "HomePage").objects.first(),
        "job list": apps.get_model("jobs", "JobIndexPage").objects.first(),
    }
    root = Collection.objects.filter(depth=1).first()

    for name, rights in GROUPS.items():
        group, _created = Group.objects.get_or_create(name=name)
        for model, actions in rights["models"].items():
            group.permissions.add(*(permission(apps, model, a) for a in actions))
        for page_name, page in pages.items():
            for action in rights.get(page_name, ()):
                GroupPagePermission.objects.get_or_create(
                    group=group,
                    page_id=page.pk,
                    permission=permission(apps, "wagtailcore.page", action),
                )
        for action in rights.get("images", ()):
            GroupCollectionPermission.objects.get_or_create(
                group=group,
                collection=root,
                permission=permission(apps, "wagtailimages.image", action),
            )


def permission(apps, model, action):
    """The permission, made here if Django's post_migrate has not come round to it."""
    app_label, model_name = model.split(".")
    content_type, _created = apps.get_model(
        "contenttypes", "ContentType"
    ).objects.get_or_create(app_label=app_label, model=model_name)
    named = {"access": "access_admin", "pause_email": "pause_email"}
    codename = named.get(action, f"{action}_{model_name}")
    found, _created = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename=codename,
        defaults={"name": f"Can {action} {model_name}"},
    )
    return found


def create_review(apps, schema_editor):
    """Have jobs reviewed by a publisher; Wagtail's own workflow asks other people."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Workflow = apps.get_model("wagtailcore", "Workflow")
    WorkflowTask = apps.get_model("wagtailcore", "WorkflowTask")
    WorkflowPage = apps.get_model("wagtailcore", "WorkflowPage")
    GroupApprovalTask = apps.get_model("wagtailcore", "GroupApprovalTask")
    content_type, _created = ContentType.objects.get_or_create(
        app_label="wagtailcore", model="groupapprovaltask"
    )
    task = GroupApprovalTask.objects.create(
        name="Review by a publisher", active=True, content_type=content_type
    )
    task.groups.set(apps.get_model("auth", "Group").objects.filter(name="Job publishers"))
    workflow = Workflow.objects.create(name="Job review", active=True)
    WorkflowTask.objects.create(workflow=workflow, task_id=task.pk, sort_order=0)
    job_list = apps.get_model("jobs", "JobIndexPage").objects.first()
    WorkflowPage.objects.get_or_create(
        page_id=job_list.pk, defaults={"workflow": workflow}
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("home", "0002_first_pages"),
        ("notifications", "0002_first_settings"),
        ("subscriptions", "0001_initial"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailimages", "0023_add_choose_permissions"),
    ]
    operations = [
        migrations.RunPython(create_groups, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(create_review, migrations.RunPython.noop, elidable=True),
    ]
