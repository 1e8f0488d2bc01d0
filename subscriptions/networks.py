"""Which network a request comes from: what limits count, and nothing else is kept of it.

Whose address ``REMOTE_ADDR`` is, behind proxies too, is decided once for all by
``jobsite.middleware.ClientAddressMiddleware``.
"""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest

#: What one household or machine gets of IPv6: counting less would count nothing.
IPV6_PREFIX = 64


def network_of(request: HttpRequest) -> str:
    """Name the network of whoever sent ``request``: an IPv4 address, or an IPv6 /64.

    Written as an address, the first of its network; "" where none is known.
    """
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        network = ipaddress.ip_network((int(address), IPV6_PREFIX), strict=False)
        return str(network.network_address)
    return str(address)
