"""One HTTP request over a plain socket, with the bytes under control."""

import socket


def ask(port, request):
    """Sends `request` (bytes), returns the status line and headers as text. Bodies are not read."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = connection.recv(65536)
            if not part:
                break
            answer += part
    return answer.split(b"\r\n\r\n")[0].decode("latin-1")


def headers(head):
    """Status and header fields, names as sent, in order."""
    status_line, *lines = head.split("\r\n")
    status = int(status_line.split(" ")[1])
    return status, [tuple(line.split(": ", 1)) for line in lines]
