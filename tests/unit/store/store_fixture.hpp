// A store of a test's own and a small language for clicks. Tests that hold for every backend are
// linked with each StorePlace: sqlite_place.cpp, postgres_place.cpp.
#pragma once

#include "tests/support/temporary_folder.hpp"
#include "tracker/store/store.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

namespace waymark::tracker {

constexpr std::uint64_t noon_ms = 1'767'268'800'000;  // 2026-01-01 12:00 UTC

// The n-th id: ids grow with n, a millisecond apart from noon on.
inline Uuid id_of(std::uint64_t n) {
  Uuid id;
  std::uint64_t ms = noon_ms + n;
  for (std::size_t i = 6; i-- > 0; ms >>= 8U) id.bytes[i] = static_cast<std::uint8_t>(ms);
  id.bytes[6] = 0x70;
  id.bytes[8] = 0x80;
  id.bytes[15] = static_cast<std::uint8_t>(n);
  return id;
}

inline Click click_of(std::uint64_t n) {
  Click click;
  click.id = id_of(n);
  click.unix_ms = noon_ms + n;
  click.code = "anna7";
  click.host = "go.example";
  click.link = "lnk_1";
  click.channel = "email";
  click.visitor = id_of(1'000'000 + n);
  return click;
}

// A store that does not exist yet, and its end.
class StorePlace {
 public:
  StorePlace();
  ~StorePlace();
  StorePlace(const StorePlace&) = delete;
  StorePlace& operator=(const StorePlace&) = delete;

  const std::string& url() const noexcept { return url_; }
  const std::string& file() const noexcept { return file_; }  // of SQLite
  // Runs statements beside the store, as another program would.
  void execute(const std::string& sql) const;

 private:
  test::TemporaryFolder folder_;
  std::string file_;
  std::string url_;
};

struct StoreTest : testing::Test {
  StoreTest() { open(); }
  void open() {
    store.reset();
    store = open_store(url(), StoreAccess::write);
  }
  const std::string& file() const { return place.file(); }
  const std::string& url() const { return place.url(); }

  BatchOutcome commit(Batch& batch) {
    batch.sort();
    const auto outcome = store->commit_batch(batch, noon_ms);
    EXPECT_TRUE(outcome) << outcome.error().message();
    return outcome ? *outcome : BatchOutcome{};
  }
  template <class... Clicks>
  BatchOutcome commit_clicks(const Clicks&... clicks) {
    Batch batch;
    (batch.add(clicks), ...);
    return commit(batch);
  }
  ClickTotal sum(const TotalsQuery& query = {}) {
    ClickTotal sum;
    for (const ClickTotal& total : store->click_totals(query).value()) {
      sum.raw += total.raw;
      sum.counted += total.counted;
      sum.uniques += total.uniques;
    }
    return sum;
  }

  StorePlace place;
  std::unique_ptr<Store> store;
};

inline const Origin origin_a{.edge = "edge1", .epoch = "00000000000000aa", .thread = 0};

}  // namespace waymark::tracker
