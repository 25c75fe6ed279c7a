"""Where the edge listens: several addresses, IPv6, Unix sockets, sockets passed by systemd."""
import fcntl
import json
import os
import shutil
import signal
import socket
import stat
import subprocess

import pytest

from tests.support.clicks import shipped
from tests.support.programs import free_port, is_listening, wait_until
from tests.support.rawhttp import BROWSER, Connection, Incomplete, connect
from tests.support.system import ready


@pytest.fixture
def listening(make_system):
    """An edge without a tracker, with link `try`; `listen` adds to its port."""
    def start(*listen, settings=()):
        system = make_system(edge_settings=settings)
        edge = system.edge
        for address in listen:
            edge.command += ["--listen", address]
        edge.start()
        system.add_link("try")
        return system
    return start


def over_unix(path, seconds_max=5.0):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(seconds_max)
    sock.connect(str(path))
    return sock


def redirected(sock, headers=None):
    with Connection(sock) as connection:
        answer = connection.request("GET", "/try", {**BROWSER, **(headers or {})})
    assert answer.status == 302
    return answer


def test_several_addresses_are_listened_on_and_logged(listening, folder):
    v6, every, path = free_port(), free_port(), folder / "edge.sock"
    system = listening(f"[::1]:{v6}", f":{every}", f"unix:{path}")
    for sock in (connect(system.edge.port), connect(v6, host="::1"), connect(every, host="::1"),
                 connect(every), over_unix(path)):
        redirected(sock)
    started = next(json.loads(line) for line in system.edge.log_text().splitlines()
                   if '"edge.started"' in line)
    assert started["listen"] == f"127.0.0.1:{system.edge.port}"
    assert started["listeners"] == (f"127.0.0.1:{system.edge.port}, [::1]:{v6}, :{every}, "
                                    f"unix:{path}")


def test_an_ipv6_address_leaves_ipv4_alone(listening):
    port = free_port()
    with socket.socket() as other:
        other.bind(("0.0.0.0", port))
        other.listen()
        listening(f"[::]:{port}")
        redirected(connect(port, host="::1"))


def test_clicks_tell_the_truncated_address(listening, folder):
    v6, every, path = free_port(), free_port(), folder / "edge.sock"
    system = listening(f"[::1]:{v6}", f":{every}", f"unix:{path}")
    redis = system.redis
    click = shipped(redis, redirected(connect(v6, host="::1")).click_token())
    assert click["ip"] == "::" and len(click["ipk"]) == 16
    mapped = shipped(redis, redirected(connect(every)).click_token())
    plain = shipped(redis, redirected(connect(system.edge.port)).click_token())
    assert mapped["ip"] == plain["ip"] == "127.0.0.0"
    assert mapped["ipk"] == plain["ipk"] != click["ipk"]
    nobody = shipped(redis, redirected(over_unix(path)).click_token())
    assert "ip" not in nobody and "ipk" not in nobody and "visitor" in nobody


def test_a_unix_socket_is_for_all_users_and_removed_at_the_end(listening, folder):
    path = folder / "edge.sock"
    system = listening(f"unix:{path}")
    mode = path.stat().st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o666
    assert system.edge.end() == 0
    assert not path.exists()


def test_a_stale_unix_socket_is_replaced(listening, folder):
    path = folder / "edge.sock"
    system = listening(f"unix:{path}")
    system.edge.kill()
    assert path.exists()
    system.edge.start()
    redirected(over_unix(path))


def test_a_successors_unix_socket_is_left_alone(listening, folder):
    path = folder / "edge.sock"
    system = listening(f"unix:{path}")
    path.unlink()
    with socket.socket(socket.AF_UNIX) as successor:
        successor.bind(str(path))
        assert system.edge.end() == 0
        assert path.exists()


def test_an_answered_unix_socket_is_left_alone(listening, folder):
    path = folder / "edge.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(AssertionError, match="ended with 1"):
            listening(f"unix:{path}")
        assert path.exists()
        over_unix(path).close()


def test_a_file_is_no_socket(listening, folder):
    path = folder / "edge.sock"
    path.write_text("mine")
    with pytest.raises(AssertionError, match="a file of that name is there"):
        listening(f"unix:{path}")
    assert path.read_text() == "mine"


def test_a_port_in_use_is_named(listening):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(AssertionError, match=f"cannot listen on 127.0.0.1:{port}: .* in use"):
            listening(f"127.0.0.1:{port}")


def moved_up(sock):
    """The same socket under a number that is in nobody's way."""
    return socket.socket(fileno=fcntl.fcntl(sock.detach(), fcntl.F_DUPFD_CLOEXEC, 100))


def passed(sockets, names, command):
    """Runs the command as systemd would: the sockets from descriptor 3 on."""
    script = "import os, sys\n" \
             "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=sys.argv[1],\n" \
             "                  LISTEN_FDNAMES=sys.argv[2])\n" \
             "os.execvp(sys.argv[3], sys.argv[3:])\n"
    numbers = [sock.fileno() for sock in sockets]
    moves = "".join(f" {3 + i}<&{number}" for i, number in enumerate(numbers))
    return ["bash", "-c", f'exec "$@"{moves}', "bash", "/usr/bin/python3", "-c", script,
            str(len(numbers)), names, *command]


def launch_with(edge, sockets):
    """Popen closes what is not named."""
    with open(edge.log, "ab") as log:
        edge.process = subprocess.Popen([str(word) for word in edge.command], stdout=log,
                                        stderr=log, stdin=subprocess.DEVNULL,
                                        pass_fds=[sock.fileno() for sock in sockets])
    edge.wait_ready(lambda: ready(edge.admin))


def test_sockets_passed_by_systemd(make_system, folder):
    """They outlive the edge: who connects while it restarts is served by the next one."""
    system = make_system()
    edge = system.edge
    web = moved_up(socket.create_server(("127.0.0.1", 0)))
    local = moved_up(socket.socket(socket.AF_UNIX))
    local.bind(str(folder / "passed.sock"))
    local.listen()
    edge.command += ["--listen", "fd:web,fd:local"]
    edge.command = passed([web, local], "web:local", edge.command)
    port = web.getsockname()[1]
    with web, local:
        launch_with(edge, [web, local])
        system.add_link("try")
        redirected(connect(port))
        redirected(over_unix(folder / "passed.sock"))
        assert edge.end() == 0
        assert (folder / "passed.sock").exists(), "it is systemd's"
        waiting = connect(port, seconds_max=20.0)
        launch_with(edge, [web, local])
        redirected(waiting)


def activated(edge, *options):
    """The command by which systemd's own tool starts the edge at the first connection."""
    path = shutil.which("systemd-socket-activate", path="/usr/bin:/bin")
    if path is None:
        pytest.skip("systemd-socket-activate is not installed")
    return [path, *options, *edge.command]


def test_systemd_starts_it_at_the_first_connection(make_system, folder):
    system = make_system()
    system.add_link("try")
    edge, path = system.edge, folder / "activated.sock"
    v4, v6, forgotten = free_port(), free_port(), free_port()
    edge.command += ["--listen", "fd:web,fd:local"]
    edge.launch(activated(
        edge, "-l", f"127.0.0.1:{v4}", "-l", f"[::1]:{v6}", "-l", path, "-l",
        f"127.0.0.1:{forgotten}", "--fdname=web:web:local:forgotten"))
    first = wait_until(lambda: is_listening(v4) and connect(v4, seconds_max=20.0), "it listens")
    redirected(first)
    redirected(connect(v6, host="::1"))
    redirected(over_unix(path))
    # Who connected there would wait for ever.
    line = next(line for line in edge.log_text().splitlines() if '"socket.unused"' in line)
    assert json.loads(line)["name"] == "forgotten"
    assert edge.end() == 0


def test_files_are_in_force_for_the_visitor_who_was_there_before_the_start(make_system, folder):
    files = folder / "well-known"
    files.mkdir()
    (files / "security.txt").write_text("Contact: mailto:security@firm.example\n")
    edge = make_system(edge_settings=[f"wellknown.dir={files}"]).edge
    port = free_port()
    edge.command += ["--listen", "fd:web"]
    edge.launch(activated(edge, "-l", f"127.0.0.1:{port}", "--fdname=web"))
    wait_until(lambda: is_listening(port), "it listens")
    first = Connection(connect(port, seconds_max=20.0))
    answer = first.request("GET", "/.well-known/security.txt", BROWSER)
    assert answer.body.startswith(b"Contact:")
    assert edge.end() == 0


def test_a_socket_without_the_name_is_named_with_the_remedy(make_system):
    edge = make_system().edge
    port = free_port()
    edge.command += ["--listen", "fd:web"]
    edge.launch(activated(edge, "-l", f"127.0.0.1:{port}", "--fdname=other"))
    wait_until(lambda: is_listening(port), "it listens")
    assert edge.process.wait(timeout=20) == 78
    assert "the names are 'other'; set FileDescriptorName=web" in edge.log_text()


@pytest.mark.parametrize("listen,word", [("fd:web", "no sockets were passed"),
                                         ("fd:", "names nothing"), ("localhost", "write it like"),
                                         ("unix:/no/such/folder/s", "folder must be there")])
def test_what_cannot_be_listened_on_is_named(listening, listen, word):
    with pytest.raises(AssertionError, match=word):
        listening(listen)


def test_the_end_covers_every_listener(listening, folder):
    """Rule 17: after the signal all are served during the grace, and close with their answer."""
    other, path = free_port(), folder / "edge.sock"
    system = listening(f"127.0.0.1:{other}", f"unix:{path}", settings=["shutdown.grace=2s"])
    held = [Connection(connect(other)), Connection(over_unix(path))]
    for connection in held:
        assert connection.request("GET", "/try", BROWSER).status == 302
    system.edge.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "edge.stopping" in system.edge.log_text(), "the edge heard")
    late = [connect(other), over_unix(path)]
    for connection in [*held, *[Connection(sock) for sock in late]]:
        assert connection.last_answer("/try").status == 302
        assert connection.closed_by_peer()
    assert system.edge.process.wait(timeout=20) == 0
    with pytest.raises(OSError):
        connect(other)
    assert not os.path.exists(path)


def test_threads_share_what_comes_over_one_socket(listening, folder):
    """A proxy's few connections, of which each brings many visitors; and who finds room in the edge
    finds it whatever thread accepts."""
    path = folder / "edge.sock"
    system = listening(f"unix:{path}", settings=["threads=4", "connections.max=66"])
    held = [Connection(over_unix(path)) for _ in range(64)]
    for connection in held:
        assert connection.request("GET", "/try", BROWSER).status == 302
    assert system.edge.metric("waymark_connections_refused_total") == 0

    def clicks_of_threads():
        [report] = system.redis.hgetall("wm:edges").values()
        last = json.loads(report)["last"]
        return sum(last.values()) == 64 and last
    clicks = wait_until(clicks_of_threads, "the edge reports its clicks")
    assert set(clicks.values()) == {16}
    for connection in held:
        connection.close()


def test_room_is_made_by_threads_that_no_newcomer_comes_to(listening):
    system = listening(settings=["threads=4", "connections.max=1"])
    with Connection(system.edge.port) as silent:
        assert silent.request("GET", "/try", BROWSER).status == 302
        wait_until(lambda: system.edge.metric("waymark_connections_given_up_total") == 1,
                   "there is room before anybody asks for it", 5.0)
        redirected(connect(system.edge.port))


def is_refused(sock):
    with Connection(sock) as connection:
        try:
            connection.request("GET", "/try", BROWSER)
            return False
        except (OSError, Incomplete):
            return True


def test_connections_of_one_address_are_limited(listening, folder):
    v6, path = free_port(), folder / "edge.sock"
    system = listening(f"[::1]:{v6}", f"unix:{path}", settings=["connections.per_address=4"])
    held = []
    for _ in range(4):
        held.append(Connection(system.edge.port))
        assert held[-1].request("GET", "/try", BROWSER).status == 302
    assert is_refused(connect(system.edge.port))
    assert system.edge.metric("waymark_connections_refused_per_address_total") == 1
    redirected(connect(v6, host="::1"))  # another address
    for _ in range(8):  # nobody's address
        held.append(Connection(over_unix(path)))
        assert held[-1].request("GET", "/try", BROWSER).status == 302
    held.pop(0).close()
    wait_until(lambda: not is_refused(connect(system.edge.port)), "there is room again")
    for connection in held:
        connection.close()
