"""Ports are free when they are chosen."""

import socket

from devcluster import ports


def test_a_port_in_use_is_not_free() -> None:
    port = ports.pick(taken=[])
    with socket.create_server(("127.0.0.1", port)):
        assert not ports.is_free(port)
    assert ports.is_free(port)


def test_a_port_that_is_promised_to_another_is_not_picked() -> None:
    all_but_one = [port for port in ports.RANGE if port != ports.RANGE[500]]
    assert ports.pick(taken=all_but_one) == ports.RANGE[500]
