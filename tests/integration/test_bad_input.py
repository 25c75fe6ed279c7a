"""Bad input at start: one clear line naming the thing and the remedy, and the right exit code."""
import os
import socket
import subprocess
import threading

import pytest

from tests.support.programs import BIN, free_port

SECONDS_MAX = 20


def start(program, *words, **environment):
    return subprocess.run([str(BIN / program), *map(str, words)], capture_output=True, text=True,
                          timeout=SECONDS_MAX, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, **environment))


@pytest.fixture
def flags(folder):
    """Flags with which each program would start (Redis may be away: they wait for it)."""
    keys = folder / "keys"
    keys.write_text("k1 " + "ab" * 32 + "\n")
    common = ["--admin", f"127.0.0.1:{free_port()}", "--listen", f"127.0.0.1:{free_port()}",
              "--redis", f"redis://127.0.0.1:{free_port()}", "--keys", str(keys)]
    return {"waymark-redirect": [*common, "--journal", str(folder / "journal")],
            "waymark-tracker": [*common, "--store", f"sqlite:{folder / 'waymark.db'}",
                                "--bootstrap-key-file", str(folder / "api-key"), "--public",
                                f"127.0.0.1:{free_port()}"]}


def without(words, flag):
    """The flags without that one and its value."""
    if flag not in words:
        return words
    at = words.index(flag)
    return [*words[:at], *words[at + 2:]]


BOTH = pytest.mark.parametrize("program", ["waymark-redirect", "waymark-tracker"])


def assert_says(done, code, *words):
    assert done.returncode == code, done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@BOTH
def test_unknown_flag(flags, program):
    assert_says(start(program, *flags[program], "--lisen", "x"), 2, "--lisen", "--listen")


@BOTH
def test_what_is_given_twice(flags, program):
    """Neither value is dropped in silence; lists grow (test_listeners.py)."""
    said = "--redis: redis is given twice; give it once"
    assert_says(start(program, *flags[program], "--redis", "redis://127.0.0.1:1"), 2, said)


@BOTH
def test_unknown_setting(flags, program):
    done = start(program, *flags[program], "--set", "links.baseurl=http://go.example")
    assert_says(done, 2, "links.baseurl", "links.base_url")


@BOTH
def test_broken_file(flags, program, folder):
    config = folder / "waymark.toml"
    config.write_text("[redirect]\nx = = 1\n")
    assert_says(start(program, *flags[program], "--config", config), 78, "waymark.toml", "2")


@BOTH
def test_unknown_key_in_file(flags, program, folder):
    table = program.removeprefix("waymark-")
    config = folder / "waymark.toml"
    config.write_text(f"[{table}]\nlistn = \"127.0.0.1:1\"\n")
    assert_says(start(program, *flags[program], "--config", config), 78, "listn", "listen", "2")


@BOTH
def test_unknown_environment_name(flags, program):
    name = f"WAYMARK_{program.removeprefix('waymark-').upper()}__NO__SUCH"
    assert_says(start(program, *flags[program], **{name: "1"}), 78, "NO__SUCH")


@BOTH
def test_missing_keys(flags, program, folder):
    (folder / "keys").unlink()
    assert_says(start(program, *flags[program]), 78, str(folder / "keys"))


@BOTH
def test_broken_keys(flags, program, folder):
    (folder / "keys").write_text("k1 abcdef\n")
    assert_says(start(program, *flags[program]), 78, str(folder / "keys"), "64")


@BOTH
def test_port_in_use(flags, program):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = start(program, *without(flags[program], "--listen"), "--listen", address)
    assert_says(done, 1, address)


@BOTH
def test_redis_url_that_is_none(flags, program):
    words = without(flags[program], "--redis")
    assert_says(start(program, *words, "--redis", "http://localhost"), 78, "redis")


@BOTH
def test_check_config_only_checks(flags, program):
    assert start(program, *flags[program], "--check-config").returncode == 0


@pytest.mark.parametrize("program, setting, said", [
    ("waymark-redirect", "cache.stale_max=30s", "cache.refresh"),
    ("waymark-redirect", "journal.max_bytes=1MiB", "journal.segment_bytes"),
    ("waymark-redirect", "links.base_url=nowhere", "links.base_url"),
    ("waymark-redirect", "cookies.consent=agreed=1", "cookies.consent"),
    ("waymark-redirect", "cookies.consent=our banner", "cookies.consent"),
    ("waymark-redirect", "cookies.consent=wm_ref", "cookies.consent"),
    ("waymark-redirect", "cookies.consent=CookieConsent:", "NAME:PURPOSE"),
    ("waymark-redirect", "redis.links=http://localhost", "redis.links"),
    ("waymark-redirect", "keys=/no/such/file", "/no/such/file"),
    ("waymark-tracker", "redis=http://localhost", "redis"),
    ("waymark-tracker", "keys=/no/such/file", "/no/such/file"),
    ("waymark-tracker", "roles=drain,cook", "cook"),
    ("waymark-tracker", "links.base_url=http://go.example/", "links.base_url")])
def test_check_config_knows_how_settings_fit_together(flags, program, setting, said):
    words = without(flags[program], "--" + setting.partition("=")[0])
    assert_says(start(program, *words, "--set", setting, "--check-config"), 78, said)


@BOTH
def test_help_and_version(program):
    assert "--listen" in start(program, "--help").stdout
    assert start(program, "--version").stdout.strip()


def test_store_that_another_tracker_holds(system):
    command = list(system.tracker.command)
    for flag in ("--listen", "--admin", "--public"):
        command[command.index(flag) + 1] = f"127.0.0.1:{free_port()}"
    done = start("waymark-tracker", *command[1:])
    assert done.returncode != 0
    assert "waymark.db" in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_journal_folder_that_cannot_be_made(flags, folder):
    (folder / "file").write_text("")
    words = without(flags["waymark-redirect"], "--journal")
    done = start("waymark-redirect", *words, "--journal", folder / "file/j")
    assert done.returncode in (1, 78) and "file/j" in done.stderr, done.stderr


class OldRedis:
    """Says that it is Redis 5."""

    INFO = b"# Server\r\nredis_version:5.0.14\r\nrun_id:" + b"0" * 40 + b"\r\n"

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._listener.close()

    def _serve(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(peer,), daemon=True).start()

    def _answer(self, peer):
        with peer, peer.makefile("rb") as lines:
            while line := lines.readline():
                words = []
                for _ in range(int(line[1:])):
                    size = int(lines.readline()[1:])
                    words.append(lines.read(size + 2)[:-2].upper())
                if words[0] == b"INFO":
                    peer.sendall(b"$%d\r\n%s\r\n" % (len(self.INFO), self.INFO))
                else:
                    peer.sendall(b"+OK\r\n")


@pytest.fixture
def old_redis():
    server = OldRedis()
    yield server
    server.close()


def test_doctor_refuses_an_old_redis(old_redis, folder):
    done = start("waymark", "doctor", "--redis", old_redis.url, XDG_STATE_HOME=str(folder))
    assert done.returncode == 1 and "6.2" in done.stderr


def test_doctor_without_redis(folder):
    done = start("waymark", "doctor", "--redis", f"redis://127.0.0.1:{free_port()}",
                 XDG_STATE_HOME=str(folder))
    assert_says(done, 69, "cannot reach Redis")


@pytest.mark.parametrize("words, code, said", [
    (["lnik"], 2, "did you mean link?"),
    (["link", "ad", "x"], 2, "did you mean add?"),
    (["link", "add", "x", "--cod", "y"], 2, "did you mean --code?"),
    (["link", "list", "--limit", "1000"], 2, "--limit"),
    (["link", "list", "--api", "localhost"], 2, "http://HOST:PORT"),
    (["link", "list", "--api-key-file", "/no/such/file"], 78, "/no/such/file"),
    (["click", "show"], 2, "usage: waymark click show CLICK")])
def test_the_tool_and_wrong_words(folder, words, code, said):
    assert_says(start("waymark", *words, XDG_STATE_HOME=str(folder)), code, said)


def test_keys_are_never_overwritten(folder):
    assert start("waymark", "keys", "new", folder / "k").returncode == 0
    assert (folder / "k").stat().st_mode & 0o777 == 0o600
    before = (folder / "k").read_text()
    assert_says(start("waymark", "keys", "new", folder / "k"), 4, str(folder / "k"))
    assert (folder / "k").read_text() == before
