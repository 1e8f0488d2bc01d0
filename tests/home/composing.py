"""How tests compose a page of blocks."""

from home.blocks import PageBodyBlock
from tests.factories import make_page

BLOCKS = PageBodyBlock().child_blocks


def shown(client, *body):
    """A page made of ``body``, as a visitor gets it."""
    response = client.get(make_page(body=body).url)
    assert response.status_code == 200
    return response.content.decode()
