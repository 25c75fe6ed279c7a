"""nginx and HAProxy set up to answer the cases of the tables as well as they can."""
import shutil

from tests.conformance.exchange import SENTINEL_PAGE
from tests.support.programs import Program, free_port, is_listening

PAGE = "https://shop.example/welcome"

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-errors.log crit;
events {{ worker_connections 256; }}
http {{
  access_log off;
  large_client_header_buffers 4 8k;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    listen unix:{socket};
    if ($request_method !~ ^(GET|HEAD)$) {{ return 405; }}
    location = /try {{ return 302 {page}; }}
    location = /sentinel {{ return 302 {sentinel}; }}
    location / {{ return 404; }}
  }}
}}
"""

HAPROXY = """
global
  maxconn 256
defaults
  mode http
  timeout client 5s
  timeout http-request 5s
frontend links
  bind 127.0.0.1:{port}
  bind unix@{socket}
  http-request return status 405 hdr Allow "GET, HEAD" unless METH_GET
  http-request redirect location {page} code 302 if {{ path /try }}
  http-request redirect location {sentinel} code 302 if {{ path /sentinel }}
  http-request return status 404
"""  # METH_GET matches HEAD, too


def start(name, folder):
    """The program, its port and its Unix socket; None when it is not installed."""
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if path is None:
        return None
    port, unix = free_port(), folder / f"{name}.sock"
    text = {"nginx": NGINX, "haproxy": HAPROXY}[name].format(
        folder=folder, port=port, socket=unix, page=PAGE, sentinel=SENTINEL_PAGE)
    settings = folder / f"{name}.conf"
    settings.write_text(text)
    command = {"nginx": [path, "-p", folder, "-e", folder / "nginx-errors.log", "-c", settings],
               "haproxy": [path, "-db", "-f", settings]}[name]
    program = Program(name, folder)
    program.launch(command)
    program.wait_ready(lambda: is_listening(port))
    program.port, program.socket = port, unix
    return program
