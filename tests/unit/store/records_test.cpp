// Links, campaigns, domains, keys: what the program keeps in the store.
#include "tests/unit/store/store_fixture.hpp"

#include <variant>
#include <vector>

namespace waymark::tracker {
namespace {

struct StoreRecords : StoreTest {
  static LinkRow link(const std::string& id, const std::string& code) {
    LinkRow row;
    row.id = id;
    row.host = "*";
    row.code = code;
    row.record.destination = "https://shop.example/welcome";
    row.record.link = id;
    row.record.campaign = "camp_1";
    row.created_ms = row.updated_ms = noon_ms;
    return row;
  }
  static CampaignRow campaign(const std::string& id) {
    CampaignRow row;
    row.id = id;
    row.name = "Spring";
    row.record.window_days = 7.5;
    return row;
  }
  static DomainRow domain(const std::string& host) {
    DomainRow row;
    row.host = host;
    row.record.root_url = "https://shop.example/";
    return row;
  }
};

TEST_F(StoreRecords, ALinkComesBackAsItWentIn) {
  LinkRow row = link("lnk_1", "anna7");
  row.record.max_clicks = 10;
  row.record.title = "Ann\xc3\xa9's \"gift\"";
  const auto stored = store->insert_link(row);
  ASSERT_TRUE(stored) << stored.error().message();
  EXPECT_EQ(stored->record, row.record);
  EXPECT_EQ(stored->change, 1U);
  EXPECT_EQ(store->link("lnk_1")->record, row.record);
  EXPECT_EQ(store->link_by_code("*", "anna7")->id, "lnk_1");
  EXPECT_EQ(store->link("lnk_2").error(), make_error_code(Errc::not_found));
  EXPECT_EQ(store->link_by_code("go.example", "anna7").error(), make_error_code(Errc::not_found));
}

TEST_F(StoreRecords, ACodeThatALinkGivesUpStaysItsOwn) {
  ASSERT_TRUE(store->insert_link(link("lnk_1", "anna7")));
  ASSERT_TRUE(store->update_link(link("lnk_1", "anna8")));
  EXPECT_EQ(store->link_by_code("*", "anna7").error(), make_error_code(Errc::not_found));
  const auto alias = store->alias("*", "anna7");
  ASSERT_TRUE(alias);
  EXPECT_EQ(alias->link, "lnk_1");
  EXPECT_EQ(alias->target, "anna8");
  EXPECT_EQ(store->insert_link(link("lnk_2", "anna7")).error(), make_error_code(Errc::conflict));
  ASSERT_TRUE(store->insert_link(link("lnk_2", "ben")));
  EXPECT_EQ(store->update_link(link("lnk_2", "anna7")).error(), make_error_code(Errc::conflict));
  EXPECT_EQ(store->update_link(link("lnk_2", "anna8")).error(), make_error_code(Errc::conflict));
  EXPECT_TRUE(store->aliases("lnk_2")->empty());
  EXPECT_EQ(store->links({.code = "anna7"})->data.at(0).id, "lnk_1");
}

TEST_F(StoreRecords, ARenamedLinkIsAChangeOfItsAliasesAfterIt) {
  ASSERT_TRUE(store->insert_link(link("lnk_1", "one")));
  ASSERT_TRUE(store->update_link(link("lnk_1", "two")));
  const auto seen = store->last_change().value();
  ASSERT_TRUE(store->update_link(link("lnk_1", "three")));
  const auto changes = store->changes_after(seen, 10).value();
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(std::get<LinkRow>(changes[0]).code, "three");
  for (const auto i : {1U, 2U}) EXPECT_EQ(std::get<AliasRow>(changes[i]).target, "three");
  EXPECT_EQ(std::get<AliasRow>(changes[2]).change, store->last_change().value());

  ASSERT_TRUE(store->update_link(link("lnk_1", "one")));
  EXPECT_EQ(store->changes_after(0, 10)->size(), 3U) << "one is a code again, and no alias";
  EXPECT_EQ(store->aliases("lnk_1")->size(), 2U);
}

TEST_F(StoreRecords, ALinkMayBeGivenAnotherCode) {
  ASSERT_TRUE(store->insert_link(link("lnk_1", "one")));
  ASSERT_TRUE(store->insert_link(link("lnk_2", "two")));
  const auto give = [&](const std::string& code, const std::string& host = "*") {
    return store->insert_alias({.host = host, .code = code, .link = "lnk_1", .target = ""});
  };
  const auto alias = give("uno");
  ASSERT_TRUE(alias) << store->failure();
  EXPECT_EQ(alias->target, "one");
  EXPECT_EQ(alias->change, store->last_change().value());
  EXPECT_EQ(std::get<AliasRow>(store->changes_after(alias->change - 1, 10)->at(0)).code, "uno");
  for (const auto* taken : {"one", "two", "uno"}) {
    EXPECT_EQ(give(taken).error(), make_error_code(Errc::conflict)) << taken;
  }
  EXPECT_TRUE(give("two", "go.example"));
}

TEST_F(StoreRecords, IdsAndCodesAreTakenOnce) {
  ASSERT_TRUE(store->insert_link(link("lnk_1", "anna7")));
  EXPECT_EQ(store->insert_link(link("lnk_1", "ben")).error(), make_error_code(Errc::conflict));
  EXPECT_EQ(store->insert_link(link("lnk_2", "anna7")).error(), make_error_code(Errc::conflict));
  LinkRow elsewhere = link("lnk_2", "anna7");
  elsewhere.host = "go.example";
  EXPECT_TRUE(store->insert_link(elsewhere));
  EXPECT_EQ(store->last_change().value(), 2U) << "a refused insert takes no number";
}

TEST_F(StoreRecords, UpdatesOfUnknownRowsAreRefused) {
  EXPECT_EQ(store->update_link(link("lnk_1", "a")).error(), make_error_code(Errc::not_found));
  EXPECT_EQ(store->update_campaign(campaign("c")).error(), make_error_code(Errc::not_found));
  EXPECT_EQ(store->update_domain(domain("d")).error(), make_error_code(Errc::not_found));
  EXPECT_EQ(store->last_change().value(), 0U);
}

TEST_F(StoreRecords, ChangesComeInOrderEachRowOnceAsItIs) {
  ASSERT_TRUE(store->insert_link(link("lnk_1", "anna7")));
  ASSERT_TRUE(store->insert_campaign(campaign("camp_1")));
  ASSERT_TRUE(store->insert_domain(domain("go.example")));
  LinkRow paused = link("lnk_1", "anna7");
  paused.record.status = LinkStatus::paused;
  ASSERT_TRUE(store->update_link(paused)) << store->failure();

  const auto all = store->changes_after(0, 10).value();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(std::get<CampaignRow>(all[0]).record, campaign("camp_1").record);
  EXPECT_EQ(std::get<DomainRow>(all[1]).record, domain("go.example").record);
  EXPECT_EQ(std::get<LinkRow>(all[2]).record.status, LinkStatus::paused);
  EXPECT_EQ(std::get<LinkRow>(all[2]).change, 4U);
  const auto first_two = store->changes_after(0, 2).value();
  ASSERT_EQ(first_two.size(), 2U);
  EXPECT_EQ(std::get<DomainRow>(first_two[1]).change, 3U);
  EXPECT_EQ(store->changes_after(3, 10)->size(), 1U);
  EXPECT_TRUE(store->changes_after(4, 10)->empty());
}

TEST_F(StoreRecords, ChangesAreFoundByATextOfTheirFields) {
  LinkRow led = link("lnk_1", "anna7");
  led.record.destination = "https://Led.example/x";
  CampaignRow fallen = campaign("camp_1");
  fallen.record.fallback_url = "https://led.example/";
  DomainRow rooted = domain("go.example");
  rooted.record.root_url = "https://led.example";
  ASSERT_TRUE(store->insert_link(led));
  ASSERT_TRUE(store->insert_link(link("lnk_2", "ben")));
  ASSERT_TRUE(store->insert_campaign(fallen));
  ASSERT_TRUE(store->insert_domain(rooted));

  const auto found = store->changes_with("//led.example", 0, 10);
  ASSERT_TRUE(found) << store->failure();
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ(std::get<LinkRow>(found->at(0)).id, "lnk_1");
  EXPECT_EQ(std::get<CampaignRow>(found->at(1)).id, "camp_1");
  EXPECT_EQ(std::get<DomainRow>(found->at(2)).host, "go.example");
  EXPECT_EQ(store->changes_with("//led.example", 0, 2)->size(), 2U);
  EXPECT_EQ(store->changes_with("//led.example", 1, 10)->size(), 2U);
  EXPECT_TRUE(store->changes_with("//other.example", 0, 10)->empty());
}

TEST_F(StoreRecords, ADomainThatIsTakenAwayIsAChangeAndMayBeMadeAgain) {
  ASSERT_TRUE(store->insert_domain(domain("a.example")));
  ASSERT_TRUE(store->insert_domain(domain("b.example")));
  const auto removed = store->remove_domain("a.example", 1'800'000'000'500);
  ASSERT_TRUE(removed) << store->failure();
  EXPECT_EQ(removed->host, "a.example");
  EXPECT_EQ(removed->change, 3U);
  const auto not_found = make_error_code(Errc::not_found);
  EXPECT_EQ(store->domain("a.example").error(), not_found);
  EXPECT_EQ(store->update_domain(domain("a.example")).error(), not_found);
  EXPECT_EQ(store->remove_domain("a.example", 0).error(), not_found);
  EXPECT_EQ(store->last_change().value(), 3U) << "what is refused takes no number";
  ASSERT_EQ(store->domains({})->data.size(), 1U);
  EXPECT_EQ(store->domains({})->data[0].host, "b.example");

  const auto changes = store->changes_after(2, 10).value();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(std::get<DomainRow>(changes[0]).removed);
  EXPECT_FALSE(std::get<DomainRow>(store->changes_after(1, 1)->at(0)).removed);

  ASSERT_TRUE(store->insert_domain(domain("a.example"))) << store->failure();
  const auto again = store->changes_after(2, 10).value();
  ASSERT_EQ(again.size(), 1U) << "one row, as it is now";
  EXPECT_FALSE(std::get<DomainRow>(again[0]).removed);
  EXPECT_EQ(store->domains({})->data[0].host, "a.example") << "the newest";
}

TEST_F(StoreRecords, PagesAreNewestFirstWithExclusiveCursors) {
  for (int n = 1; n <= 5; ++n) {
    ASSERT_TRUE(store->insert_link(link("lnk_" + std::to_string(n), "code" + std::to_string(n))));
  }
  const auto ids = [&](PageQuery page) {
    const auto rows = store->links({.page = page}).value();
    std::string text;
    for (const auto& row : rows.data) text += row.id.back();
    return text + (rows.has_more ? "+" : "");
  };
  EXPECT_EQ(ids({.limit = 2}), "54+");
  EXPECT_EQ(ids({.limit = 2, .starting_after = "lnk_4"}), "32+");
  EXPECT_EQ(ids({.limit = 2, .starting_after = "lnk_2"}), "1");
  EXPECT_EQ(ids({.limit = 2, .ending_before = "lnk_2"}), "43+");
  EXPECT_EQ(ids({.limit = 2, .ending_before = "lnk_3"}), "54");
  EXPECT_EQ(store->links({.page = {.starting_after = "lnk_9"}}).error(),
            make_error_code(Errc::not_found));
}

TEST_F(StoreRecords, ALinkBecomesFullWhenItsCountedClicksReachTheLimit) {
  LinkRow limited = link("lnk_1", "anna7");
  limited.record.max_clicks = 2;
  ASSERT_TRUE(store->insert_link(limited));
  Click bot = click_of(1);
  bot.bot = "tool";
  EXPECT_TRUE(commit_clicks(bot, click_of(2)).full_links.empty());
  const auto outcome = commit_clicks(click_of(3), click_of(4));
  ASSERT_EQ(outcome.full_links.size(), 1U);
  EXPECT_EQ(outcome.full_links[0].code, "anna7");
  EXPECT_EQ(outcome.full_links[0].counted, 3U);
  EXPECT_TRUE(store->link("lnk_1")->record.full);
  EXPECT_EQ(store->last_change().value(), 2U) << "others hear of it like of any change";
  EXPECT_TRUE(commit_clicks(click_of(5)).full_links.empty()) << "told once";

  limited.record.max_clicks = 100;
  EXPECT_FALSE(store->update_link(limited)->record.full);
  limited.record.max_clicks = 4;
  EXPECT_TRUE(store->update_link(limited)->record.full);
}

TEST_F(StoreRecords, AnIdempotencyKeyIsTakenOnce) {
  const IdempotencyRow row{.owner = "key_1",
                           .key = "k",
                           .request_hash = "h",
                           .status = 0,
                           .body = "",
                           .created_ms = noon_ms};
  EXPECT_FALSE(store->claim_idempotency(row).value());
  EXPECT_EQ(store->claim_idempotency(row).value()->status, 0);
  ASSERT_TRUE(store->finish_idempotency("key_1", "k", 201, "{}"));
  const auto taken = store->claim_idempotency(row).value();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->status, 201);
  EXPECT_EQ(taken->body, "{}");
  EXPECT_EQ(taken->request_hash, "h");
  ASSERT_TRUE(store->expire_idempotency(noon_ms));
  EXPECT_TRUE(store->claim_idempotency(row).value());
  ASSERT_TRUE(store->expire_idempotency(noon_ms + 1));
  EXPECT_FALSE(store->claim_idempotency(row).value());
  ASSERT_TRUE(store->release_idempotency("key_1", "k"));
  EXPECT_FALSE(store->claim_idempotency(row).value());
}

TEST_F(StoreRecords, ApiKeysAreFoundByHash) {
  const ApiKeyRow key{.id = "key_1",
                      .kind = "secret",
                      .name = "bootstrap",
                      .scopes = "",
                      .hash = "abc",
                      .last4 = "wxyz",
                      .created_ms = noon_ms,
                      .expires_ms = noon_ms + 1};
  ASSERT_TRUE(store->insert_api_key(key));
  EXPECT_EQ(store->insert_api_key(key).error(), make_error_code(Errc::conflict));
  const auto found = store->api_key_by_hash("abc");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "key_1");
  EXPECT_EQ(found->expires_ms, key.expires_ms);
  EXPECT_EQ(store->api_key_by_hash("abd").error(), make_error_code(Errc::not_found));
  EXPECT_EQ(store->api_keys()->size(), 1U);
}

}  // namespace
}  // namespace waymark::tracker
