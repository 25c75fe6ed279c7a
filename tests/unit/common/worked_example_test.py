"""The worked example of common/README.md, computed again by nothing but that page's rules and the
standard library: what the page promises is what another implementation makes."""
import base64
import hashlib
import hmac
import pathlib
import re

PAGE = (pathlib.Path(__file__).parents[3] / "common" / "README.md").read_text()
KEY = bytes.fromhex(re.search(r"^    k1 ([0-9a-f]{64})$", PAGE, re.M)[1])
CLICK = bytes.fromhex("0190163d8694739bb8b1c2d3e4f50617")
FIRST_CLICK = bytes.fromhex("018ffff8a0007111a222333344445555")
VISITOR = bytes.fromhex("0190163d86947aaa8aaabbbbccccdddd")


def mac(label, data):
    return hmac.new(KEY, label + data, hashlib.sha256).digest()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def with_length(text):
    return bytes([len(text)]) + text


def cookie(payload):
    return f"1.k1.{base64url(payload)}.{base64url(mac(b'waymark:wm_ref:1:', payload)[:16])}"


def test_click_token():
    signature = mac(b"waymark:wm_click:1:", CLICK)
    token = base64url(CLICK + signature[:8])
    assert f"    wm_click={token}\n" in PAGE and f"    {signature.hex()}\n" in PAGE
    assert len(token) == 32


def test_cookie():
    payload = (VISITOR + b"\x01" + with_length(b"camp_spring") + (1722470400).to_bytes(5, "big")
               + FIRST_CLICK + with_length(b"anna7") + CLICK + with_length(b"ben_2"))
    value = cookie(payload)
    assert f"    {value}\n" in PAGE
    assert f"{len(value)} characters" in PAGE


def test_longest_cookie():
    touch = bytes(16) + with_length(bytes(64))
    campaign = with_length(bytes(64)) + bytes(5) + touch + touch
    longest = len(cookie(bytes(16) + b"\x03" + 3 * campaign)) - len("k1") + 16
    assert f"at most {longest} with every text at its limit" in PAGE


def test_address_hash():
    hashed = mac(b"waymark:ipk:1:2024-06-14:", bytes([203, 0, 113, 77]))[:8].hex()
    assert f"`{hashed}`" in PAGE
