"""TLS with a private authority, users with the least rights, and what is said when they do not fit."""
import shutil

import pytest

from tests.support.invariants import assert_all_stored_once
from tests.support.programs import wait_until
from tests.support.secured_redis import Authority, SecuredRedis


@pytest.fixture
def authority(folder):
    return Authority(folder / "authority")


@pytest.fixture
def secured(folder, authority, make_system):
    """Makes a system on a Redis with TLS and users; not started."""
    made = []

    def make(alternative="IP:127.0.0.1", settings=(), edge_url=None):
        redis = SecuredRedis(folder, authority, alternative)
        made.append(redis)
        tls = [*authority.client_settings(), *settings]
        system = make_system(redis=redis, edge_settings=tls, tracker_settings=tls)
        for program, user in ((system.edge, "waymark-edge"), (system.tracker, "waymark-tracker")):
            at = program.command.index("--redis") + 1
            program.command[at] = redis.url_of(user)
        system.redis_flags = ["--redis", redis.url_of("waymark-tool"),
                              *authority.client_flags()]
        return system

    yield make
    for redis in made:
        redis.kill()


def assert_main_path(system):
    status, _ = system.tracker.api("POST", "/v1/links", {"code": "made",
                                                         "destination": "https://shop.example/"})
    assert status == 201
    answer = wait_until(lambda: next((a for a in [system.edge.get("/made")] if a.status == 302),
                                     None), "the link is known")
    assert system.click(answer.click_token())["code"] == "made"


def test_the_main_path_over_tls_with_the_least_rights(secured):
    system = secured().start()
    assert_main_path(system)
    wait_until(lambda: system.edge.metric("waymark_redis_tracking_up") == 1, "changes are heard of")
    report = system.run("doctor", *system.redis_flags, "--api",
                        f"http://127.0.0.1:{system.tracker.port}", "--api-key-file",
                        system.tracker.key_file)
    assert "cannot reach" not in report.stderr, report.stderr
    assert "redis version" in report.stdout
    assert system.waymark("stream", "shard", "add", *system.redis_flags).strip() == "1"
    for program in (system.edge, system.tracker):
        assert "NOPERM" not in program.log_text(), program.log_text()
    denied = system.redis.command("ACL", "LOG")
    assert denied == [], denied


def test_links_that_redis_lacks_with_the_least_rights(secured):
    system = secured(settings=["links.origin=tracker"]).start()
    assert_main_path(system)
    assert system.edge.get("/nothing").status in (404, 503)
    wait_until(lambda: system.edge.get("/nothing").status == 404, "absence is known")
    assert system.redis.command("ACL", "LOG") == []


def test_the_name_in_the_certificate_counts(secured):
    system = secured(alternative="DNS:redis.example")
    system.tracker.start()
    wait_until(lambda: "redis.tls.server_name" in system.tracker.log_text(), "it says why")
    system.tracker.kill()
    for program in (system.edge, system.tracker):
        program.command += ["--set", "redis.tls.server_name=redis.example"]
    system.start()
    assert_main_path(system)


def test_another_authority_is_not_believed(secured, authority, folder):
    other = Authority(folder / "other")
    system = secured()
    at = system.tracker.command.index(f"redis.tls.ca={authority.certificate}")
    system.tracker.command[at] = f"redis.tls.ca={other.certificate}"
    system.tracker.start()
    wait_until(lambda: "redis.tls.ca" in system.tracker.log_text(), "it says why")
    assert system.redis.command("GET", "wm:filled") is None


def test_renewed_files_are_read_for_the_next_connection(secured, authority, folder):
    system = secured().start()
    assert_main_path(system)
    newer = Authority(folder / "newer")
    for name in ("redis", "client", "tool"):
        newer.issue(name, "IP:127.0.0.1")
    system.redis.kill()
    for file in newer.folder.iterdir():
        shutil.copy(file, authority.folder / file.name)
    system.redis.start()
    tokens = [system.edge.get("/made").click_token() for _ in range(10)]
    assert_all_stored_once(system, tokens)
    wait_until(lambda: system.edge.metric("waymark_redis_tracking_up") == 1, "changes are heard of")


def test_files_half_renewed_leave_those_in_use(secured, authority, folder):
    system = secured().start()
    assert_main_path(system)
    _, key = Authority(folder / "newer").issue("client", "IP:127.0.0.1")
    shutil.copy(key, authority.folder / "client.key")
    system.redis.kill()
    system.redis.start()
    assert_all_stored_once(system, [system.edge.get("/made").click_token()])


def test_a_wrong_password_is_named(secured):
    system = secured()
    at = system.tracker.command.index("--redis") + 1
    system.tracker.command[at] = system.redis.url_of("waymark-tracker", "wrong")
    system.tracker.start()
    wait_until(lambda: "check user and password" in system.tracker.log_text(), "it says why")
    assert "wrong" not in system.tracker.log_text()


def test_a_right_that_is_missing_is_named_and_nothing_lost(secured):
    system = secured().start()
    system.redis.command("ACL", "SETUSER", "waymark-edge", "-xadd")
    wait_until(lambda: system.tracker.api(
        "POST", "/v1/links", {"code": "made", "destination": "https://shop.example/"})[0] == 201,
        "link made")
    answer = wait_until(lambda: next((a for a in [system.edge.get("/made")] if a.status == 302),
                                     None), "the link is known")
    wait_until(lambda: "NOPERM" in system.edge.log_text(), "it says why")
    system.redis.command("ACL", "SETUSER", "waymark-edge", "+xadd")
    assert system.click(answer.click_token())["code"] == "made"


@pytest.mark.parametrize("settings, said", [
    (["redis.tls.ca=/nowhere.pem"], "redis.tls.ca: cannot use /nowhere.pem"),
    (["redis.tls.certificate=/nowhere.pem"], "belong together"),
])
def test_files_that_cannot_be_used_are_named_at_once(make_system, settings, said):
    system = make_system()
    for program in (system.edge, system.tracker):
        at = program.command.index("--redis") + 1
        program.command[at] = "rediss://127.0.0.1:1"
        for setting in settings:
            program.command += ["--set", setting]
        program.start(wait=False)
        assert program.process.wait(20) == 78
        assert said in program.log_text()
