#include "common/clock.hpp"
#include "common/limits.hpp"
#include "redirect/snapshot/link_snapshot.hpp"
#include "redirect/snapshot/loader.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace waymark::redirect::snapshot {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t now = 1'800'000'000'000;
constexpr std::uint64_t hour = 3'600'000;

class SnapshotTest : public ::testing::Test {
 protected:
  SnapshotTest() {
    std::string name = "/tmp/waymark-snapshot-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    file_ = folder_ / "links.snapshot";
  }
  ~SnapshotTest() override { fs::remove_all(folder_); }

  static std::string link(const std::string& code, std::uint64_t unix_ms = now,
                          const std::string& destination = "https://shop.example/") {
    Lookup lookup{"go.example", code, {}, {code, {{"destination", destination}}}};
    return encode({unix_ms, std::move(lookup)});
  }
  static GoneLinks gone(const std::string& code) {
    GoneLinks links{7};
    links.add("go.example/" + code);
    return links;
  }
  Written write(const PayloadList& payloads, std::size_t bytes_max = 1U << 20U,
                const GoneLinks& gone = GoneLinks{}) {
    const Written written = update(file_, payloads, gone, {bytes_max, now - 24 * hour});
    EXPECT_TRUE(written.done) << written.problem;
    return written;
  }
  // Codes and destinations of what is loaded.
  std::string loaded(std::uint64_t at = now) {
    std::string text;
    last_ = load(file_, {{}, at, 24 * hour}, [&](const auto& answers) {
      for (const auto& [key, result] : *answers) {
        text += key.code + ' ';
        answers_.push_back(result);
      }
    });
    return text;
  }
  std::string bytes() {
    std::ostringstream text;
    text << std::ifstream{file_, std::ios::binary}.rdbuf();
    return text.str();
  }
  void put_bytes(const std::string& text) {
    std::ofstream{file_, std::ios::binary | std::ios::trunc} << text;
  }

  fs::path folder_, file_;
  Loaded last_;
  std::vector<LookupResult> answers_;
};

TEST_F(SnapshotTest, WhatWasKnownIsKnownAgainAndAsOldAsItWas) {
  write({encode({now, Campaign{"camp", {{"utm", "utm_source=mail"}}}}),
         encode({now, Domain{"go.example", {{"fallback_url", "https://f.example/"}}}}),
         encode({now - hour,
                 Lookup{"go.example",
                        "old",
                        {"new", {{"destination", "https://b.example/"}}},
                        {"old", {{"destination", "https://a.example/"}, {"campaign", "camp"}}}}})});
  EXPECT_EQ(loaded(now + hour), "old ");
  const LookupResult& result = answers_.at(0);
  EXPECT_EQ(result.status, LookupStatus::answered);
  EXPECT_EQ(result.age_ms, 2 * hour);
  EXPECT_TRUE(result.outdated) << "with Redis there it is asked for again";
  ASSERT_TRUE(result.bound && result.any && result.domain);
  EXPECT_EQ(result.any->campaign->record.utm, "utm_source=mail");
  EXPECT_EQ(result.domain->fallback_url, "https://f.example/");
  EXPECT_EQ(last_.reading, Reading::whole);
}

TEST_F(SnapshotTest, TheNewestAnswerCountsAndTheOthersStay) {
  write({link("a"), link("b"), link("c"), link("a")});
  write({link("b"), link("d")}, 1U << 20U, gone("c"));
  EXPECT_EQ(loaded(), "a b d ");
}

TEST_F(SnapshotTest, ALinkThatIsGoneIsNotAmongTheNewOnes) {
  write({link("a"), link("b")}, 1U << 20U, gone("b"));
  EXPECT_EQ(loaded(), "a ");
}

TEST_F(SnapshotTest, CampaignsStandBeforeTheLinksThatNeedThem) {
  const auto of_campaign = [](const std::string& code) {
    return encode(
        {now, Lookup{"go.example",
                     code,
                     {},
                     {code, {{"destination", "https://a.example/"}, {"campaign", code}}}}});
  };
  write({of_campaign("a"), encode({now, Campaign{"a", {}}})});
  write({of_campaign("b"), encode({now, Campaign{"b", {{"status", "paused"}}}})});
  write({of_campaign("lost")});
  EXPECT_EQ(loaded(), "a b ");
  EXPECT_EQ(last_.refused, 1U) << "without its campaign a link might lead astray";
}

TEST_F(SnapshotTest, WhatIsTooOldIsNeitherKeptNorLoaded) {
  write({link("a", now - 23 * hour), link("b", now - hour)});
  EXPECT_EQ(loaded(now + 2 * hour), "b ");
  update(file_, {link("c", now + 2 * hour)}, GoneLinks{}, {1U << 20U, now - 22 * hour});
  EXPECT_EQ(loaded(now + 2 * hour), "b c ");
  EXPECT_EQ(loaded(now - 2 * hour), "") << "a clock that was set back proves no age";
}

TEST_F(SnapshotTest, TheOldestGoWhenThereIsNoRoom) {
  PayloadList payloads;
  for (int i = 0; i < 100; ++i) payloads.add(link("c" + std::to_string(100 + i)));
  const std::size_t each = (*payloads.begin()).size() + frame_bytes;
  write(payloads, 100 * each);
  write({link("new")}, 50 * each);
  const std::string codes = loaded();
  EXPECT_EQ(last_.answers, 50U);
  EXPECT_TRUE(codes.starts_with("c151 ")) << codes;
  EXPECT_TRUE(codes.ends_with(" new ")) << codes;
}

TEST_F(SnapshotTest, RecordsAreValidatedAnew) {
  write({link("a", now, "https://evil.example/"), link("b", now, "https://shop.example/"),
         link("c", now, "javascript:alert(1)")});
  const auto loaded = load(file_, {{{}, {"shop.example"}}, now, hour}, [](const auto&) {});
  EXPECT_EQ(loaded.answers, 1U);
  EXPECT_EQ(loaded.refused, 2U);
}

TEST_F(SnapshotTest, AnotherVersionIsIgnored) {
  write({link("a")});
  std::string text = bytes();
  text[magic.size()] = 2;
  put_bytes(text);
  EXPECT_EQ(loaded(), "");
  EXPECT_EQ(last_.reading, Reading::foreign);
  write({link("b")});
  EXPECT_EQ(loaded(), "b ");
}

TEST_F(SnapshotTest, NoFileIsNoDamage) {
  EXPECT_EQ(loaded(), "");
  EXPECT_EQ(last_.reading, Reading::missing);
}

TEST_F(SnapshotTest, CutAnywhereItCostsWhatStandsBehindTheCut) {
  write({link("a"), link("b"), link("c")});
  const std::string whole = bytes();
  const std::string all = "a b c ";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put_bytes(whole.substr(0, size));
    ASSERT_TRUE(all.starts_with(loaded())) << size;
    ASSERT_EQ(last_.reading, size < header_bytes ? Reading::foreign : Reading::damaged) << size;
  }
}

TEST_F(SnapshotTest, ADamagedAnswerCostsItselfAlone) {
  write({link("a"), link("b"), link("c")});
  std::string text = bytes();
  text[text.find("/b") + 1] = 'x';
  put_bytes(text);
  EXPECT_EQ(loaded(), "a c ");
  EXPECT_EQ(last_.reading, Reading::damaged);
  write({link("d")});
  EXPECT_EQ(loaded(), "a c d ") << "the next snapshot keeps what stands behind the damage";
}

// Else links would be answered as if their host had none.
TEST_F(SnapshotTest, BehindADamagedRecordOfAHostNothingIsRead) {
  write({encode({now, Domain{"go.example", {{"fallback_url", "https://f.example/"}}}}), link("a")});
  std::string text = bytes();
  text[text.find("f.example")] = 'x';
  put_bytes(text);
  EXPECT_EQ(loaded(), "");
}

TEST_F(SnapshotTest, DamagedAnywhereItNeverTellsLies) {
  write({link("a"), link("b"), link("c")});
  const std::string whole = bytes();
  const std::string all = "a b c ";
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string text = whole;
      text[at] = static_cast<char>(text[at] ^ flip);
      put_bytes(text);
      const std::string some = loaded();
      ASSERT_TRUE(some == all || some == "b c " || some == "a c " || some == "a b " ||
                  all.starts_with(some))
          << at << ": " << some;
      ASSERT_NE(last_.reading, Reading::whole) << at;
      // The next snapshot is whole again.
      if (at % 64 == 0) {
        write({link("d")});
        loaded();
        ASSERT_EQ(last_.reading, Reading::whole) << at;
      }
    }
  }
}

// Whoever can compute checksums still finds no way to crash the reader.
TEST_F(SnapshotTest, DecodesNoBytesThatAreNoEntry) {
  const std::string payload = link("a");
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(decode(payload.substr(0, size))) << size;
    glance(payload.substr(0, size));
  }
  EXPECT_FALSE(decode(payload + 'x'));
  for (std::size_t at = 0; at < payload.size(); ++at) {
    std::string text = payload;
    text[at] = static_cast<char>(0xff);
    decode(text);
    glance(text);
  }
}

TEST(PayloadListTest, KeepsWhatItWasGivenInOrder) {
  PayloadList list;
  EXPECT_TRUE(list.empty());
  std::vector<std::string> given;
  for (std::size_t i = 0; i < 50; ++i) {  // over several blocks
    given.emplace_back(i * 2'500, static_cast<char>('a' + i % 26));
    list.add(given.back());
  }
  std::vector<std::string> kept;
  for (const std::string_view payload : list) kept.emplace_back(payload);
  EXPECT_EQ(kept, given);
  EXPECT_GT(list.bytes(), 50U * 49 / 2 * 2'500);
}

// With room for much, and for little.
class SnapshotBounds : public SnapshotTest, public ::testing::WithParamInterface<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(sizes, SnapshotBounds,
                         ::testing::Values(4 * limits::snapshot_waiting_bytes, 1024 * 1024));

TEST_P(SnapshotBounds, MuchThatWaitsIsWrittenBeforeItsTime) {
  const std::size_t much = std::min(GetParam(), limits::snapshot_waiting_bytes);
  boost::asio::io_context control;
  Log log{"test", LogLevel::error, LogFormat::json};
  SnapshotOptions options;
  options.file = file_;
  options.every = std::chrono::hours{1};
  options.bytes_max = GetParam();
  boost::asio::thread_pool helper{1};
  LinkSnapshot snapshot{control, helper, options, [](const auto&) {}, log};
  snapshot.start();
  while (!snapshot.loaded()) std::this_thread::yield();
  LinkRecord record;
  record.destination = "https://shop.example/";
  record.title.assign(64 * 1024, 't');
  for (std::size_t bytes = 0, n = 0; bytes < much; ++n) {
    EXPECT_FALSE(fs::exists(file_));
    const std::string code = "c" + std::to_string(n);
    snapshot.remember({"go.example", code}, {}, {code, &record});
    bytes += record.title.size();
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!fs::exists(file_) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  EXPECT_TRUE(fs::exists(file_));
  snapshot.stop();
  helper.join();
}

// Whatever comes last counts: a link may be made again before the snapshot is written.
TEST_F(SnapshotTest, ALinkMadeAgainIsKeptAndAScanLeavesNothing) {
  boost::asio::io_context control;
  Log log{"test", LogLevel::error, LogFormat::json};
  SnapshotOptions options;
  options.file = file_;
  options.every = std::chrono::hours{1};
  options.bytes_max = 1U << 20U;
  boost::asio::thread_pool helper{1};
  LinkSnapshot snapshot{control, helper, options, [](const auto&) {}, log};
  snapshot.start();
  while (!snapshot.loaded()) std::this_thread::yield();
  LinkRecord record;
  record.destination = "https://shop.example/";
  for (const std::string code : {"again", "deleted"}) {
    snapshot.remember({"go.example", code}, {}, {code, &record});
    snapshot.remember({"go.example", code}, {}, {});
  }
  snapshot.remember({"go.example", "again"}, {}, {"again", &record});
  for (int n = 0; n < 100'000; ++n) {
    snapshot.remember({"go.example", "guess" + std::to_string(n)}, {}, {});
  }
  EXPECT_FALSE(fs::exists(file_)) << "a scan has it written no sooner";
  snapshot.stop();
  helper.join();
  EXPECT_LT(fs::file_size(file_), 1'024U);
  EXPECT_EQ(loaded(unix_ms()), "again ");
}

TEST_F(SnapshotTest, ADeletedDomainStaysDeletedAndOneOfDefaultsStays) {
  boost::asio::io_context control;
  boost::asio::thread_pool helper{1};
  Log log{"test", LogLevel::error, LogFormat::json};
  SnapshotOptions options{.file = file_, .bytes_max = 1U << 20U, .destinations = {}};
  LinkSnapshot snapshot{control, helper, options, [](const auto&) {}, log};
  snapshot.start();
  const LinkRecord record{.destination = "https://shop.example/"};
  const DomainRecord defaults;
  for (const std::string host : {"plain.example", "gone.example"}) {
    snapshot.remember_domain(host, &defaults);
    snapshot.remember({host, host}, {}, {"code", &record});
  }
  snapshot.remember_domain("gone.example", nullptr);
  snapshot.stop();
  helper.join();
  EXPECT_EQ(loaded(unix_ms()), "plain.example gone.example ");
  EXPECT_NE(answers_.at(0).domain, nullptr);
  EXPECT_EQ(answers_.at(1).domain, nullptr);
}

// Under TasksMax= or ulimit -u the last thread may be one of another program.
TEST_F(SnapshotTest, IsWrittenWhereNoThreadCanBeMadeAnyMore) {
  fs::permissions(folder_, fs::perms::all);
  const auto write_without_new_threads = [this] {
    boost::asio::io_context control;
    boost::asio::thread_pool helper{1};
    Log log{"test", LogLevel::error, LogFormat::json};
    SnapshotOptions options{.file = file_,
                            .every = std::chrono::milliseconds{10},
                            .bytes_max = 1U << 20U,
                            .destinations = {}};
    LinkSnapshot snapshot{control, helper, options, [](const auto&) {}, log};
    snapshot.start();
    constexpr uid_t nobody = 65'534;  // no limit counts for root
    constexpr rlimit none{1, 1};
    if (::geteuid() == 0 && ::setresuid(nobody, nobody, nobody) != 0) std::_Exit(1);
    if (::setrlimit(RLIMIT_NPROC, &none) != 0) std::_Exit(2);
    try {
      std::thread{[] {}}.join();
      std::_Exit(3);
    } catch (const std::system_error&) {
    }
    const LinkRecord record{.destination = "https://shop.example/"};
    snapshot.remember({"go.example", "a"}, {}, {"a", &record});
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!fs::exists(file_) && std::chrono::steady_clock::now() < until) {
      control.run_for(std::chrono::milliseconds{5});
    }
    std::_Exit(fs::exists(file_) ? 0 : 4);
  };
  EXPECT_EXIT(write_without_new_threads(), ::testing::ExitedWithCode(0), "");
}

TEST_F(SnapshotTest, AFailedWriteLeavesTheLastSnapshot) {
  write({link("a")});
  fs::create_directory(file_.string() + ".new");  // in the way of the temporary file
  EXPECT_FALSE(update(file_, {link("b")}, GoneLinks{}, {1U << 20U, 0}).done);
  EXPECT_EQ(loaded(), "a ");
}

}  // namespace
}  // namespace waymark::redirect::snapshot
