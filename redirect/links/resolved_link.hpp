// A link made ready for the request path: everything that depends on the records alone is computed
// once, when they come from Redis. Immutable and shared by all threads of the process.
//
// A million of them have to fit the cache, so a link is one allocation: the object, and behind it
// its texts, each stored once. What few links have stands apart (LinkExtras).
#pragma once

#include "common/records.hpp"
#include "redirect/links/landing.hpp"
#include "redirect/links/resolved_campaign.hpp"
#include "redirect/links/rule_set.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::redirect {

// What few links have.
struct LinkExtras {
  std::string expired_url;
  std::string title, description, image;
  RuleSet rules;
};

class ResolvedLink {
 public:
  const std::shared_ptr<const ResolvedCampaign> campaign;  // never null; id empty without one

  std::string_view code() const noexcept { return {texts(), code_bytes_}; }
  std::string_view link_id() const noexcept { return {texts() + code_bytes_, link_bytes_}; }
  std::string_view referrer() const noexcept {
    return {texts() + code_bytes_ + link_bytes_, referrer_bytes_};
  }
  // Of the link's own destination; those of its rules stand in rules().
  Landing landing() const noexcept { return landing_.open(texts(), *campaign); }

  LinkStatus status() const noexcept { return static_cast<LinkStatus>(status_); }
  std::int64_t starts_at() const noexcept { return starts_at_; }    // unix seconds
  std::int64_t expires_at() const noexcept { return expires_at_; }  // the largest: never
  bool full() const noexcept { return full_; }
  // Test mode: the link's own or its campaign's.
  bool test() const noexcept {
    return own_test_ || campaign->record.status == CampaignStatus::testing;
  }
  int status_code() const noexcept { return 300 + status_code_; }
  std::string_view status_line() const noexcept;  // "HTTP/1.1 302 Found\r\n"
  QueryPolicy query() const noexcept {
    return drops_query_ ? QueryPolicy::drop : QueryPolicy::pass;
  }

  // What preview crawlers are shown; empty where the link says nothing.
  std::string_view title() const noexcept { return extra(&LinkExtras::title); }
  std::string_view description() const noexcept { return extra(&LinkExtras::description); }
  std::string_view image() const noexcept { return extra(&LinkExtras::image); }

  // Where a visitor goes who comes at the wrong time, by the link or its campaign; may be empty.
  std::string_view fallback() const noexcept {
    const std::string_view own = extra(&LinkExtras::expired_url);
    return own.empty() ? std::string_view{campaign->record.fallback_url} : own;
  }

  // Null for a link without rules.
  const RuleSet* rules() const noexcept {
    return extras_ && !extras_->rules.empty() ? &extras_->rules : nullptr;
  }

  // Memory this takes, with what the allocator adds, for the cache's budget. The campaign, which
  // many links share, is not in it.
  std::size_t bytes() const noexcept;

  // For the caches of all threads, which count a link once: true for the first that holds it, and
  // for the last that lets it go. A link that nobody held may be held again.
  bool hold() const noexcept { return holders_.fetch_add(1, std::memory_order_relaxed) == 0; }
  bool let_go() const noexcept { return holders_.fetch_sub(1, std::memory_order_relaxed) == 1; }

  // For resolve_link() alone, which puts the texts behind the object.
  struct Parts;
  explicit ResolvedLink(Parts&& parts);
  ResolvedLink(const ResolvedLink&) = delete;
  ResolvedLink& operator=(const ResolvedLink&) = delete;

 private:
  const char* texts() const noexcept { return reinterpret_cast<const char*>(this + 1); }
  std::string_view extra(std::string LinkExtras::*text) const noexcept {
    return extras_ ? std::string_view{(*extras_).*text} : std::string_view{};
  }

  std::unique_ptr<const LinkExtras> extras_;
  std::int64_t starts_at_;
  std::int64_t expires_at_;
  PackedLanding landing_;
  std::uint8_t code_bytes_;
  std::uint8_t link_bytes_;
  std::uint8_t referrer_bytes_;
  std::uint8_t status_code_;  // less 300
  std::uint8_t status_ : 2;
  bool full_ : 1;
  bool drops_query_ : 1;
  bool own_test_ : 1;
  mutable std::atomic<std::uint16_t> holders_{0};
};
static_assert(sizeof(ResolvedLink) == 64);

// `campaign` must not be null. Both records were validated when they were parsed. Null when a
// landing page would outgrow limits::filled_bytes_max once its placeholders are filled in.
std::shared_ptr<const ResolvedLink> resolve_link(std::string code, const LinkRecord& link,
                                                 std::shared_ptr<const ResolvedCampaign> campaign);

// Stands for a record of one host that cannot be used: it answers as a draft does, so that the
// record for every domain does not take its place.
std::shared_ptr<const ResolvedLink> unusable_link(std::string code);

}  // namespace waymark::redirect
