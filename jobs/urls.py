from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("closing-dates/<int:record_id>.ics", views.closing_date, name="closing_date"),
    path(
        "share-cards/<int:page_id>-<slug:digest>.png",
        views.share_card,
        name="share_card",
    ),
]
