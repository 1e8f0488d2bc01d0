from django.urls import path

from subscriptions import manage_views, views

app_name = "subscriptions"

urlpatterns = [
    path("jobs/<int:record_id>/", views.follow, name="follow"),
    path("check-your-inbox/", views.check_your_inbox, name="check_your_inbox"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("follow-again/<str:token>/", views.follow_again, name="follow_again"),
    path("stop-all/<str:token>/", views.stop_all, name="stop_all"),
    path("erase/<str:token>/", views.erase, name="erase"),
    path("manage/", manage_views.manage, name="manage"),
    path("manage/stop/", manage_views.manage_stop, name="manage_stop"),
    path("manage/<str:token>/", manage_views.manage_open, name="manage_open"),
]
