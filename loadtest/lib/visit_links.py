"""Asks a server once for every link, over a few connections with several requests under way."""

import re
import socket
import threading
import time

import browser
from processes import RunError

STATUS = re.compile(rb"^HTTP/1\.1 (\d{3})", re.M)
CONNECTIONS, TOGETHER = 64, 8
# A server may say 503 while Redis makes it wait; so long is it asked again.
PATIENCE_SECONDS, PAUSE_SECONDS = 20, 0.5
# A link that nobody holds yet costs two round trips to Redis; a core may be shared with others.
SECONDS_MIN, LINKS_PER_SECOND_MIN = 60, 1_500


def code_of(number):
    return f"link{number:07d}"


def visit_links(port, count, same=None):
    """Visits links 0 to count - 1, or `count` times the link `same`. A RunError when an answer is
    no redirect or it takes too long."""
    seconds_max = max(SECONDS_MIN, count / LINKS_PER_SECOND_MIN)
    failures, deadline = [], time.monotonic() + seconds_max
    template = browser.request_bytes().decode("ascii")

    def visit(part):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                for start in range(part * TOGETHER, count, CONNECTIONS * TOGETHER):
                    numbers = range(start, min(start + TOGETHER, count))
                    ask_together(connection, "".join(
                        template.replace(browser.CODE, same or code_of(number), 1)
                        for number in numbers).encode("ascii"), len(numbers))
                    if failures or time.monotonic() > deadline:
                        raise RunError(f"not all {count:,} links were visited in "
                                       f"{seconds_max:.0f} s")
        except (OSError, RunError) as error:
            failures.append(error)

    threads = [threading.Thread(target=visit, args=(part,)) for part in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RunError(f"port {port}: {failures[0]}")


def ask_together(connection, requests, count):
    """Until all are redirects."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        connection.sendall(requests)
        statuses = STATUS.findall(read_answers(connection, count))
        others = [status for status in statuses if status != b"302"]
        if not others:
            return
        if time.monotonic() > deadline:
            raise RunError(f"{len(others)} of {count} answers are no redirects, still after "
                           f"{PATIENCE_SECONDS} s; the first has the status {others[0].decode()}")
        time.sleep(PAUSE_SECONDS)


def read_answers(connection, count):
    answers = b""
    while answers.count(b"\r\n\r\n") < count:
        part = connection.recv(262_144)
        if not part:
            raise RunError("the connection ended")
        answers += part
    return answers
