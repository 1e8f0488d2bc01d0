from django.urls import path

from notifications import public_views

app_name = "notifications"

urlpatterns = [
    path("<str:token>/", public_views.notices, name="notices"),
]
