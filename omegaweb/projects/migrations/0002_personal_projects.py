"""Everybody who has an account gets a project, and what they have made goes into it."""

from django.conf import settings
from django.db import migrations

OWNED = (("datasets", "Dataset"), ("programs", "Program"), ("runs", "Run"))


def give_projects(apps, schema_editor):
    projects = apps.get_model("projects", "Project").objects
    memberships = apps.get_model("projects", "Membership").objects
    users = apps.get_model(*settings.AUTH_USER_MODEL.split(".")).objects
    for user in users.order_by("pk"):
        project = projects.create(name=f"{user.username}'s project"[:120])
        memberships.create(project=project, user=user, role="owner")
        for app, model in OWNED:
            apps.get_model(app, model).objects.filter(created_by=user).update(project=project)


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        ("datasets", "0002_project"),
        ("programs", "0002_project"),
        ("runs", "0004_project"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(give_projects, migrations.RunPython.noop)]
