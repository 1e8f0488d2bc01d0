"""Static files and uploads, as a web server finds them."""

import os
from collections import Counter

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage


def test_every_static_file_is_found_once():
    """Otherwise `collectstatic` warns, and one of two files is served by chance."""
    files = Counter(
        path for finder in get_finders() for path, _storage in finder.list([])
    )

    assert files["css/base.css"] == 1
    assert [path for path, count in files.items() if count > 1] == []


@pytest.fixture
def _nobody_else_may_read():
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_nobody_else_may_read")
def test_uploads_can_be_read_by_the_web_server(tmp_path):
    storage = FileSystemStorage(location=tmp_path)

    name = storage.save("images/logo.svg", ContentFile(b"<svg/>"))

    assert (tmp_path / "images").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o644
