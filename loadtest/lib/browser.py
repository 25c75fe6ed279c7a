"""The one request of the main number: Chrome on Windows following a link in a web mail."""

HOST = "go.example.com"
CODE = "anna7"
PATH = f"/{CODE}?c=whatsapp"

# The cookies that other software of the same site has left, and ours behind them.
SITE_COOKIES = ("_ga=GA1.2.1483920057.1767225600; _fbp=fb.1.1767225600123.1098115397; "
                "cookieconsent_status=allow; session=s%3Aq0zOmB2kV1uT7nXJc8yRw3")

HEADERS = [
    ("Host", HOST),
    ("Connection", "keep-alive"),
    ("sec-ch-ua", '"Google Chrome";v="143", "Chromium";v="143", "Not A(Brand";v="24"'),
    ("sec-ch-ua-mobile", "?0"),
    ("sec-ch-ua-platform", '"Windows"'),
    ("Upgrade-Insecure-Requests", "1"),
    ("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
                   "(KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
               "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"),
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-User", "?1"),
    ("Sec-Fetch-Dest", "document"),
    ("Referer", "https://mail.example.org/"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Accept-Language", "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"),
]


def request_headers(ref_cookie=None):
    cookies = SITE_COOKIES + (f"; wm_ref={ref_cookie}" if ref_cookie else "")
    return [*HEADERS, ("Cookie", cookies)]


def request_bytes(ref_cookie=None):
    lines = [f"GET {PATH} HTTP/1.1",
             *(f"{name}: {value}" for name, value in request_headers(ref_cookie)), "", ""]
    return "\r\n".join(lines).encode("ascii")
