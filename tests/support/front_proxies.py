"""nginx and HAProxy in front of an edge, as an operator sets them up."""
import os
import pathlib
import shutil
import signal

import pytest

from tests.support.programs import Program, is_listening

EVERYWHERE = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin"

NGINX_OUTSIDE_HTTP = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-errors.log crit;
"""
NGINX_INSIDE_HTTP = """
access_log off;
client_body_temp_path {folder}/body;
proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/fastcgi;
uwsgi_temp_path {folder}/uwsgi;
scgi_temp_path {folder}/scgi;
"""


def path_of(name):
    path = shutil.which(name, path=EVERYWHERE)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def start(program, command, places):
    """`places`: ports and paths of Unix sockets that must be there."""
    program.launch(command)
    program.wait_ready(lambda: all(
        is_listening(place) if isinstance(place, int) else os.path.exists(place)
        for place in places))
    return program


def haproxy(folder, text, *places):
    settings = pathlib.Path(folder) / "haproxy.cfg"
    settings.write_text(text)
    return start(Program("haproxy", folder), [path_of("haproxy"), "-db", "-f", settings], places)


class Nginx(Program):
    def kill(self):
        """Its workers would outlive a SIGKILL of their master."""
        self.end(signal.SIGTERM)


def nginx(folder, text, *places):
    """`text` has an `http {` on a line of its own; where nginx keeps its files is added."""
    text = NGINX_OUTSIDE_HTTP + text.replace("http {\n", "http {" + NGINX_INSIDE_HTTP, 1)
    settings = pathlib.Path(folder) / "nginx.conf"
    settings.write_text(text.replace("{folder}", str(folder)))
    errors = pathlib.Path(folder) / "nginx-errors.log"
    return start(Nginx("nginx", folder),
                 [path_of("nginx"), "-p", folder, "-e", errors, "-c", settings], places)
