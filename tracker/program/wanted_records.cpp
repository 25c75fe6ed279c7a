#include "tracker/program/wanted_records.hpp"

#include "common/code.hpp"
#include "common/limits.hpp"
#include "common/redis/keys.hpp"
#include "tracker/program/mirror_records.hpp"

#include <unordered_set>
#include <utility>

namespace waymark::tracker {
namespace {

// Collects records, each key once; remembers the first failure of the store.
class Collector {
 public:
  explicit Collector(Store& store) : store_(store) {}

  void add_want(const Want& want) {
    if (!want.code.empty()) {
      add_link(want.host, want.code);
      add_link(std::string{redis_keys::any_host}, want.code);
    }
    add(redis_keys::domain(want.host), [&] { return store_.domain(want.host); });
  }
  Result<std::vector<WantedRecord>> finish() && {
    if (failure_) return failure_;
    return std::move(records_);
  }

 private:
  // A former code of a link leads one step on, on its own host.
  void add_link(const std::string& host, const std::string& code) {
    const auto former = store_.alias(host, code);
    if (former) {
      add(redis_keys::link(host, code), [&] { return former; });
      return add_link(host, former->target);
    }
    if (former.error() != Errc::not_found) return fail(former.error());
    add(
        redis_keys::link(host, code), [&] { return store_.link_by_code(host, code); },
        [&](const LinkRow& row) {
          const std::string& campaign = row.record.campaign;
          if (campaign.empty()) return;
          add(redis_keys::campaign(campaign), [&] { return store_.campaign(campaign); });
        });
  }
  template <class Read>
  void add(std::string key, Read read) {
    add(std::move(key), read, [](const auto&) {});
  }
  template <class Read, class Then>
  void add(std::string key, Read read, Then then) {
    if (failure_ || !seen_.insert(key).second) return;
    const auto row = read();
    if (row) {
      records_.push_back({std::move(key), mirror_record(*row).fields});
      then(*row);
    } else if (row.error() == Errc::not_found) {
      records_.push_back({std::move(key), {}});
    } else {
      fail(row.error());
    }
  }
  void fail(boost::system::error_code error) {
    if (!failure_) failure_ = error;
  }

  Store& store_;
  std::vector<WantedRecord> records_;
  std::unordered_set<std::string> seen_;
  boost::system::error_code failure_;
};

}  // namespace

std::optional<Want> parse_want(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || slash > limits::host_bytes_max) return {};
  const std::string_view code = text.substr(slash + 1);
  if (!code.empty() && !is_code(code)) return {};
  return Want{std::string{text.substr(0, slash)}, std::string{code}};
}

Result<std::vector<WantedRecord>> wanted_records(Store& store, const std::vector<Want>& wants) {
  Collector collector{store};
  for (const Want& want : wants) collector.add_want(want);
  return std::move(collector).finish();
}

}  // namespace waymark::tracker
