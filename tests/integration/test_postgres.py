"""The store in PostgreSQL: a click goes all the way, and the server may stop or die at any moment."""
import json

import pytest

from tests.support import rawhttp
from tests.support.invariants import assert_all_stored_once, assert_settled, click_id
from tests.support.load import Load
from tests.support.postgres_server import PostgresServer


@pytest.fixture
def postgres(folder):
    server = PostgresServer(folder)
    yield server
    server.close()


@pytest.fixture
def system(make_system, postgres):
    running = make_system(postgres=postgres).start()
    running.add_campaign("camp_demo", status="live")
    running.add_link("try", campaign="camp_demo", referrer="rfr_anna")
    return running


def test_a_click_goes_all_the_way(system):
    token = system.edge.get("/try").click_token()
    assert_all_stored_once(system, [token])
    row = system.tracker.rows("SELECT * FROM clicks")[0]
    assert row["id"] == click_id(token)
    assert row["campaign"] == "camp_demo"
    assert system.click(token)["counted"] is True
    assert_settled(system)


def test_links_made_through_the_api_are_served(system):
    status, link = system.tracker.api("POST", "/v1/links", {
        "code": "made", "destination": "https://shop.example/made"})
    assert status == 201, link
    system.edge.warm("/made")
    listed = system.tracker.api("GET", "/v1/links")[1]["data"]
    assert [one["code"] for one in listed] == ["made"]
    status, refused = system.tracker.api("POST", "/v1/domains", {"host": "shop.example"})
    assert status == 409 and "code made" in refused["detail"], refused


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_nothing_is_lost_or_doubled_when_the_server_goes_under_load(system, postgres, how):
    with Load([system.edge.port], ["/try"]) as load:
        for _ in range(2):
            load.run_until(300)
            getattr(postgres, how)()
            load.run_until(300)  # visitors do not notice
            postgres.start()
        load.run_until(300)
    assert load.broken == 0
    assert_all_stored_once(system, load.tokens)
    assert_settled(system)


def test_passwords_are_told_to_nobody(make_system, postgres):
    postgres.url = postgres.url.replace("postgres@", "postgres:geheim@")
    system = make_system(postgres=postgres).start()
    page = rawhttp.get(system.tracker.admin, "/config").body.decode()
    assert "waymark:***@" in page or "***" in page
    assert "geheim" not in page
    assert "geheim" not in system.tracker.log_text()
    assert "geheim" not in json.dumps(system.tracker.api("GET", "/v1/status")[1])
