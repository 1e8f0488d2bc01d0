"""Whose address a request has: the visitor's, whatever the visitor writes."""

from ipaddress import ip_network

import pytest
from django.http import HttpResponse

from jobsite.middleware import ClientAddressMiddleware
from subscriptions.networks import network_of

PROXY, SECOND = "10.0.0.7", "10.0.0.8"
VISITOR = "192.0.2.44"


@pytest.fixture
def address(rf, settings):
    """The address that a view sees of a request from ``peer``."""
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/24"), ip_network("::1")]

    def address(peer, forwarded=None):
        headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
        request = rf.get("/", headers=headers, REMOTE_ADDR=peer)
        ClientAddressMiddleware(lambda request: HttpResponse())(request)
        return request.META["REMOTE_ADDR"]

    return address


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        pytest.param(VISITOR, None, VISITOR, id="no proxy"),
        pytest.param(PROXY, None, PROXY, id="a proxy that says nothing"),
        pytest.param(PROXY, VISITOR, VISITOR, id="one proxy"),
        pytest.param(PROXY, f"{VISITOR}, {SECOND}", VISITOR, id="two proxies"),
        pytest.param(
            PROXY,
            f"198.51.100.1, {VISITOR}, {SECOND}",
            VISITOR,
            id="a forged beginning",
        ),
        pytest.param(VISITOR, "198.51.100.1", VISITOR, id="forged without a proxy"),
        pytest.param(PROXY, f"198.51.100.1,{VISITOR}", VISITOR, id="forged in front"),
        pytest.param(PROXY, "", PROXY, id="an empty header"),
        pytest.param(PROXY, "unknown", PROXY, id="no address"),
        pytest.param(PROXY, f"{VISITOR}, <script>", PROXY, id="nonsense on the right"),
        pytest.param(PROXY, f"{SECOND}, {PROXY}", SECOND, id="proxies only"),
        pytest.param("::1", "2001:db8::1", "2001:db8::1", id="IPv6"),
        pytest.param("::ffff:10.0.0.7", VISITOR, VISITOR, id="IPv4 written as IPv6"),
        pytest.param("", VISITOR, VISITOR, id="a socket of this machine"),
        pytest.param("", None, "", id="a socket that says nothing"),
        pytest.param("nonsense", VISITOR, "nonsense", id="a peer that is no address"),
    ],
)
def test_the_right_most_address_that_is_no_proxy_counts(
    peer, forwarded, visitor, address
):
    assert address(peer, forwarded) == visitor


def test_without_proxies_no_header_is_believed(address, settings):
    settings.TRUSTED_PROXIES = []

    assert address(PROXY, VISITOR) == PROXY
    assert address("", VISITOR) == ""


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.44", "192.0.2.44"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("::ffff:192.0.2.44", "192.0.2.44"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_a_network_is_one_address_of_ipv4_and_a_64_of_ipv6(address, network, rf):
    assert network_of(rf.get("/", REMOTE_ADDR=address)) == network
