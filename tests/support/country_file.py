"""Writes country files in MaxMind's format: https://maxmind.github.io/MaxMind-DB/"""
import ipaddress
import os
import pathlib

MARKER = b"\xab\xcd\xefMaxMind.com"
MAP, TEXT, UINT16, UINT32, UINT64, ARRAY = 7, 2, 5, 6, 9, 11


def field(kind, size):
    """The control bytes before a value."""
    long = b"" if size < 29 else bytes([size - 29])  # up to 284, which is enough here
    low = min(size, 29)
    return (bytes([kind << 5 | low]) if kind <= 7 else bytes([low, kind - 7])) + long


def number(kind, value):
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return field(kind, len(digits)) + digits


def encode(value):
    if isinstance(value, dict):
        return field(MAP, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
    if isinstance(value, list):
        return field(ARRAY, len(value)) + b"".join(map(encode, value))
    if isinstance(value, int):
        return number(UINT32, value)
    return field(TEXT, len(value.encode())) + value.encode()


def bits_of(network):
    """In an IPv6 tree, where IPv4 lives below ::/96."""
    network = ipaddress.ip_network(network)
    lead = "0" * 96 if network.version == 4 else ""
    full = f"{int(network.network_address):0{network.max_prefixlen}b}"
    return lead + full[:network.prefixlen]


def country_file(networks, built=1_767_225_600, kind="Test-Country"):
    """Bytes of a file; `networks` maps a network to its record, or to its country alone. Of
    networks that overlap the narrower must come later."""
    nodes, data = [[None, None]], b""
    for network, record in networks.items():
        if isinstance(record, str):
            record = {"country": {"iso_code": record, "names": {"en": record}}}
        at, bits = 0, bits_of(network)
        for bit in map(int, bits[:-1]):
            if not isinstance(nodes[at][bit], int):
                nodes.append([nodes[at][bit]] * 2)
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][int(bits[-1])] = (len(data),)
        data += encode(record)

    def pointer(value):
        if value is None:
            return len(nodes)  # nothing known
        return value if isinstance(value, int) else len(nodes) + 16 + value[0]

    tree = b"".join(pointer(side).to_bytes(3, "big") for node in nodes for side in node)
    head = {"node_count": len(nodes), "database_type": kind, "languages": ["en"],
            "description": {"en": "made by a test"}}
    numbers = [("record_size", UINT16, 24), ("ip_version", UINT16, 6),
               ("binary_format_major_version", UINT16, 2),
               ("binary_format_minor_version", UINT16, 0), ("build_epoch", UINT64, built)]
    metadata = field(MAP, len(head) + len(numbers))
    metadata += b"".join(encode(name) + encode(value) for name, value in head.items())
    metadata += b"".join(encode(name) + number(kind, value) for name, kind, value in numbers)
    return tree + bytes(16) + data + MARKER + metadata


def write_country_file(path, networks, **more):
    """Replaces the file as a whole, as updaters do."""
    path = pathlib.Path(path)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(country_file(networks, **more))
    os.replace(fresh, path)
    return path
