"""What the board is called where Wagtail speaks of it."""

from django.apps import apps
from django.utils.functional import lazy


def _name_of_board() -> str:
    return str(apps.get_model("jobs", "BoardSettings").load().name)


#: Looked up whenever it is shown or compared: site owners may change it.
name_of_board = lazy(_name_of_board, str)()
