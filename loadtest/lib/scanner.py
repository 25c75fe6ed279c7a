"""Somebody who guesses codes: as fast as the server answers, from as many addresses as wanted."""

import itertools
import selectors
import socket
from collections import Counter, deque

from processes import RunError

TOGETHER = 50  # requests sent at once over a connection
CONNECTIONS_MAX = 64  # with requests under way
STATUS = b"HTTP/1.1 "
SILENCE_SECONDS = 20


def loopback_addresses(count):
    """Addresses of this machine that nobody else uses: 127.1.0.1 and on."""
    return [f"127.1.{n // 250}.{n % 250 + 1}" for n in range(count)]


def scan(port, addresses, codes):
    """Asks for every code once, over one connection from each of the addresses, in turn. Returns
    how many answers had each status."""
    waiting, statuses = iter(codes), Counter()
    guessers = [Guesser(port, address) for address in addresses]
    idle, under_way = deque(guessers), 0
    with selectors.DefaultSelector() as selector:
        while True:
            while idle and under_way < CONNECTIONS_MAX:
                batch = list(itertools.islice(waiting, TOGETHER))
                if not batch:
                    break
                guesser = idle.popleft()
                guesser.ask(batch)
                selector.register(guesser.socket, selectors.EVENT_READ, guesser)
                under_way += 1
            if under_way == 0:
                break
            ready = selector.select(SILENCE_SECONDS)
            if not ready:
                raise RunError(f"no answer to the scan within {SILENCE_SECONDS} s")
            for key, _ in ready:
                if key.data.take(statuses):
                    selector.unregister(key.fileobj)
                    idle.append(key.data)
                    under_way -= 1
    for guesser in guessers:
        guesser.socket.close()
    return statuses


class Guesser:
    """One connection from one address."""

    def __init__(self, port, address):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SILENCE_SECONDS,
                                               source_address=(address, 0))
        self.missing, self.rest = 0, b""

    def ask(self, codes):
        self.missing = len(codes)
        self.socket.sendall(b"".join(
            b"GET /%s HTTP/1.1\r\nHost: go.example.com\r\nUser-Agent: Mozilla/5.0 Chrome/143\r\n"
            b"\r\n" % code for code in codes))

    def take(self, statuses):
        """Reads what has come; true when all is answered."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise RunError("the server closed a connection of the scan")
        text = self.rest + part
        begin = 0
        while (at := text.find(STATUS, begin)) >= 0 and at + 12 <= len(text):
            statuses[text[at + 9:at + 12].decode()] += 1
            self.missing -= 1
            begin = at + 12
        self.rest = text[max(begin, len(text) - 11):]
        return self.missing == 0
