// Links, campaigns and domains as they stand in Redis: plain hashes of texts (design 3.1). Reading
// validates; a record that does not validate is never redirected to.
#pragma once

#include "common/error.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark {

using RecordFields = std::vector<std::pair<std::string, std::string>>;

// What is wrong with a record: the field and a sentence for the log or the API's answer.
struct RecordProblem {
  std::string field;
  std::string problem;
};
[[noreturn]] void throw_exception_from_error(const RecordProblem& problem,
                                             const boost::source_location& where);

enum class LinkStatus { active, paused, archived };
enum class QueryPolicy { pass, drop };

struct LinkRecord {
  std::string destination{};
  std::string campaign{}, referrer{}, link{};  // ids, empty when unknown
  LinkStatus status = LinkStatus::active;
  std::optional<std::int64_t> starts_at{}, expires_at{};  // unix seconds
  std::string expired_url{};
  std::optional<std::uint64_t> max_clicks{};
  bool full = false;
  std::string rules{};  // JSON list, see link_rules.hpp
  int status_code = 302;
  QueryPolicy query = QueryPolicy::pass;
  std::string title{}, description{}, image{};
  bool test = false;
  std::string alias_of{};  // code of the record that counts; needs no destination

  friend bool operator==(const LinkRecord&, const LinkRecord&) = default;
};

enum class CampaignStatus { draft, testing, live, paused, ended };
enum class CookiePolicy { always, consent, never };

struct CampaignRecord {
  CampaignStatus status = CampaignStatus::live;
  double window_days = 60;
  CookiePolicy cookies = CookiePolicy::always;
  std::string fallback_url{};
  std::string utm{};  // query string, without a leading '?'
  std::string referrer_policy = "strict-origin-when-cross-origin";

  std::uint64_t window_seconds() const noexcept {
    return static_cast<std::uint64_t>(window_days * 86'400);
  }
  friend bool operator==(const CampaignRecord&, const CampaignRecord&) = default;
};

struct DomainRecord {
  std::string cookie_domain{};
  std::string root_url{};
  std::string fallback_url{};
  std::string robots{};

  friend bool operator==(const DomainRecord&, const DomainRecord&) = default;
};

// Where short links of ours live: all ports of a host or one, all paths or those below one.
struct OwnPlace {
  std::string host;    // lower case, without the dot of the root
  std::string port{};  // empty: every port
  std::string path{};  // without a slash at the end; empty: every path
};

// Where destinations and fallbacks may lead. Empty `allow` allows every host.
struct DestinationPolicy {
  std::vector<OwnPlace> own{};       // refused: visitors would go round in circles
  std::vector<std::string> allow{};  // host names; `.example.org` also matches subdomains

  // Whether `own` says what of this host is ours, and a domain record of it says nothing.
  bool knows(std::string_view host) const;
  // For the record of a domain, which may not lead to itself either.
  DestinationPolicy with_domain(std::string_view host) const;
};

template <class T>
using RecordResult = boost::system::result<T, RecordProblem>;

// For links below `base_url` (setting links.base_url; none when empty).
DestinationPolicy destination_policy(std::string_view base_url, std::vector<std::string> allow);

// Unknown fields are ignored: other systems may keep theirs beside ours. An empty value counts as
// absent; of a field given twice the last counts. `policy` holds for every URL that visitors are
// sent to (all but `image`); `root_url` is for check_root_url().
RecordResult<LinkRecord> parse_link(const RecordFields& fields, const DestinationPolicy& policy);
RecordResult<CampaignRecord> parse_campaign(const RecordFields& fields,
                                            const DestinationPolicy& policy = {});
RecordResult<DomainRecord> parse_domain(const RecordFields& fields,
                                        const DestinationPolicy& policy = {});

// Whether browsers keep a cookie with that Domain from `host` (RFC 6265 section 5.1.3): the host
// itself, or a name above it that has a dot. `host` is in lower case.
bool is_cookie_domain_of(std::string_view cookie_domain, std::string_view host);

// Only fields that differ from their default, in a fixed order.
RecordFields link_fields(const LinkRecord& link);
RecordFields campaign_fields(const CampaignRecord& campaign);
RecordFields domain_fields(const DomainRecord& domain);

std::string_view to_text(LinkStatus status);
std::string_view to_text(CampaignStatus status);
std::string_view to_text(CookiePolicy policy);
std::optional<LinkStatus> link_status_from(std::string_view text);
std::optional<CampaignStatus> campaign_status_from(std::string_view text);
std::optional<CookiePolicy> cookie_policy_from(std::string_view text);

// [A-Za-z0-9_.:-]{1,64}
bool is_id(std::string_view text) noexcept;

// Absolute http(s) URL without user info, control characters or bytes outside ASCII; at most
// limits::destination_bytes_max. Placeholders ({click}, {code}, ...) may stand in path and query.
// The error says what is wrong, without naming the field.
boost::system::result<void, RecordProblem> check_destination(std::string_view url,
                                                             const DestinationPolicy& policy);

// The same for the `root_url` of a domain: it may lead to a link of ours, which leads on, but not
// to the `/` of ours, which would lead round in circles.
boost::system::result<void, RecordProblem> check_root_url(std::string_view url,
                                                          const DestinationPolicy& policy);

// The most that a URL may take once its placeholders are filled in, whatever stands for them.
std::size_t filled_bytes_max(std::string_view url);

// Of a URL that check_destination() accepts. The host: lower case, without port and the dot of the
// root. Whether it is the `/` of its host, with any query.
std::string host_of(std::string_view url);
bool leads_to_root(std::string_view url);

}  // namespace waymark
