from django.urls import path

from subscriptions.views import following, managing, stopping

app_name = "subscriptions"

urlpatterns = [
    path("jobs/<int:record_id>/", following.follow, name="follow"),
    path("check-your-inbox/", following.check_your_inbox, name="check_your_inbox"),
    path("confirm/<str:token>/", following.confirm, name="confirm"),
    path("unsubscribe/<str:token>/", stopping.unsubscribe, name="unsubscribe"),
    path("follow-again/<str:token>/", stopping.follow_again, name="follow_again"),
    path("stop-all/<str:token>/", stopping.stop_all, name="stop_all"),
    path("erase/<str:token>/", stopping.erase, name="erase"),
    path("manage/", managing.manage, name="manage"),
    path("manage/choices/", managing.manage_choices, name="manage_choices"),
    path("manage/stop/", managing.manage_stop, name="manage_stop"),
    path("manage/confirm/", managing.manage_confirm, name="manage_confirm"),
    path("manage/download/", managing.manage_download, name="manage_download"),
    path("manage/erase/", managing.manage_erase, name="manage_erase"),
    path("manage/close/", managing.manage_close, name="manage_close"),
    path("manage/<str:token>/", managing.manage_open, name="manage_open"),
]
