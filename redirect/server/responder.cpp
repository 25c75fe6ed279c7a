#include "redirect/server/responder.hpp"

#include "common/redis/keys.hpp"
#include "redirect/decide/circle.hpp"
#include "redirect/pages/card.hpp"
#include "redirect/pages/favicon.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace waymark::redirect {
namespace {

Counter counter_of(Refusal refusal) noexcept {
  switch (refusal) {
    case Refusal::method_not_allowed:
      return Counter::refused_method;
    case Refusal::content_too_large:
      return Counter::refused_content;
    case Refusal::target_too_long:
      return Counter::refused_target;
    case Refusal::header_too_large:
      return Counter::refused_header;
    case Refusal::version_not_supported:
      return Counter::refused_version;
    default:
      return Counter::refused_bad_request;
  }
}

Counter counter_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::land:
      return Counter::redirects;
    case Verdict::card:
      return Counter::cards;
    case Verdict::divert:
      return Counter::diverted;
    case Verdict::gone:
      return Counter::gone;
    case Verdict::unknown:
    case Verdict::circle:
      return Counter::unknown;
  }
  return Counter::unknown;
}

std::string_view fallback_of(const KnownHost& host) noexcept {
  return host.domain ? std::string_view{host.domain->fallback_url} : std::string_view{};
}

// Bounds of 2^0, 2^2, ... 2^16 times 1,024 ms.
Counter counter_of_age(std::uint64_t age_ms) noexcept {
  constexpr auto last = static_cast<std::size_t>(Counter::cache_age_more);
  constexpr auto first = static_cast<std::size_t>(Counter::cache_age_1s);
  const auto step = (static_cast<std::size_t>(std::bit_width(age_ms >> 10U)) + 1) / 2;
  return static_cast<Counter>(std::min(first + step, last));
}

}  // namespace

Responder::Responder(const ResponderOptions& options, std::shared_ptr<const KeyRing> keys,
                     JournalWriter& journal, Ask ask, MetricShard& counters)
    : options_(options),
      favicon_(std::make_shared<const std::string>(draw_favicon())),
      well_known_(std::make_shared<const WellKnownFiles>()),
      qr_codes_(options.qr_rate),
      keys_(std::move(keys)),
      journal_(journal),
      ask_(std::move(ask)),
      counters_(counters),
      cache_(options.cache),
      addresses_(options.unknown_per_address),
      hosts_(options.hosts_max, options.cache.seed, options.base.host),
      agents_(options.cache.seed, options.agents),
      forwarded_(options.forward_header) {}

void Responder::set_now(Now now) noexcept {
  now_ = now;
  date_.renew(now.unix_ms / 1000);
}

Step Responder::respond(Connection& connection, char*& out) {
  // Empty lines before the request line are tolerated (RFC 9112 section 2.2).
  while (connection.received().starts_with("\r\n")) connection.begin += 2;
  Request& request = connection.request;
  ForwardedLines* const forwarded = connection.behind_proxy ? &forwarded_ : nullptr;
  const Parsed parsed = parse_request(connection.received(), request, forwarded);
  if (parsed.bytes == 0 && parsed.refusal == Refusal::none) return Step::starved;
  connection.request_bytes = parsed.bytes;
  if (connection.behind_proxy) identify(connection);
  Refusal refusal = parsed.refusal;
  if (refusal == Refusal::none) refusal = split_target(request, connection.host);
  if (refusal == Refusal::none && request.method == Method::other) {
    refusal = Refusal::method_not_allowed;
  }
  if (refusal == Refusal::none && request.content) {
    refusal = Refusal::content_too_large;
  }
  if (refusal != Refusal::none) {
    refuse(connection, refusal, out);
    return Step::answered;
  }
  return begin_answer(connection, out);
}

// A proxy's connection carries requests of many visitors, often of one for a while.
void Responder::identify(Connection& connection) noexcept {
  const IpAddress visitor = visitor_behind(connection.near_peer, forwarded_, *options_.proxies);
  if (connection.peer.address != visitor) connection.peer = peer_of(visitor);
}

Step Responder::begin_answer(Connection& connection, char*& out) {
  const Request& request = connection.request;
  AskedPathBuffer buffer;
  const AskedPath path = asked_path(request.path, options_.code_case, buffer);
  connection.asks = path.asks;
  if (path.code.empty()) return begin_own_path(connection, path, out);
  const std::string_view code = path.code;
  const KnownHost& host = hosts_.find(request.host);
  if (is_refused(host)) return begin_refused_host(connection, host, code, out);
  const Found found = cache_.find(host.key, code, now_.steady_ms, redis_away_);
  if (found.use == Use::wait) {
    return wait_for(connection, host, code, found.asking, out);
  }
  counters_.add(Counter::cache_hits);
  if (found.link != nullptr) counters_.add(counter_of_age(found.age_ms));
  if (found.use == Use::and_refresh) refresh(request.host, code);
  answer(connection, found.link, host, out);
  return Step::answered;
}

void Responder::resume(Connection& connection, LookupStatus status, char*& out) {
  const Request& request = connection.request;
  AskedPathBuffer buffer;
  const auto [asks, code, name] = asked_path(request.path, options_.code_case, buffer);
  const KnownHost& host = hosts_.find(request.host);
  if (code.empty() || is_refused(host)) return resume_own_path(connection, asks, status, out);
  // Without an answer what is known must do, however old it is.
  const bool failed = status != LookupStatus::answered;
  const Found found = cache_.find_awaited(host.key, code, now_.steady_ms);
  const bool in_vain = found.link == nullptr || connection.asking == Asking::other_host;
  if (!failed && in_vain && is_guess(connection.asking, host)) {
    addresses_.charge(connection.peer.address.raw(), now_.steady_ms);
  }
  if (found.use != Use::wait && (found.link != nullptr || !failed)) {
    if (found.link != nullptr) counters_.add(counter_of_age(found.age_ms));
    if (failed) {
      counters_.add(status == LookupStatus::unconfirmed ? Counter::cache_unconfirmed
                                                        : Counter::cache_stale);
    }
    return answer(connection, found.link, host, out);
  }
  if (status == LookupStatus::over_budget) {
    return page(connection, 429, Counter::over_budget, out);
  }
  page(connection, 503, Counter::unavailable, out);
}

void Responder::answer(Connection& connection, const ResolvedLink* link, const KnownHost& host,
                       char*& out) {
  if (link == nullptr) return unknown(connection, host, out);
  if (connection.asks != Asks::follow) return show(connection, *link, host, out);
  const Request& request = connection.request;
  const KnownAgent& known = agents_.find(request.user_agent);
  const Decision decision = decision_on(connection, known.agent, *link, host);
  if (decision.verdict == Verdict::unknown) return unknown(connection, host, out);
  if (decision.verdict == Verdict::circle) return refuse_circle(*link, connection, host, out);
  record(decision, known, *link, host.click_json, connection);
  if (decision.verdict == Verdict::gone) return page(connection, 410, Counter::gone, out);
  counters_.add(counter_of(decision.verdict));
  connection.close_after = closes(connection);
  if (decision.verdict == Verdict::card) return show_card(*link, connection, out);
  const std::string_view cookie_domain =
      host.domain ? std::string_view{host.domain->cookie_domain} : std::string_view{};
  out = write_redirect(decision, request, *link, options_.rules, cookie_domain,
                       {keys_->signing(), macs_}, date_.text(), connection.close_after, out);
  end_request(connection);
}

// As a malformed record: whichever name of ours the visitor came by, no setting knows it.
void Responder::refuse_circle(const ResolvedLink& link, Connection& connection,
                              const KnownHost& host, char*& out) {
  counters_.add(Counter::malformed_records);
  const Request& request = connection.request;
  tell_circle_({std::string{request.host}.append(request.port), std::string{link.code()}}, link);
  unknown(connection, host, out);
}

Decision Responder::decision_on(Connection& connection, const Agent& known,
                                const ResolvedLink& link, const KnownHost& host) noexcept {
  const Agent agent = placed(known, connection.peer);
  const Surroundings around{country_of(connection.peer, link), fallback_of(host)};
  return decide(connection.request, agent, link, options_.rules, *keys_, now_.unix_ms, ids_,
                scratch_, around);
}

// Mail gateways open links as a browser would; their network gives them away.
Agent Responder::placed(const Agent& agent, const Peer& peer) const noexcept {
  if (!agent.bot.empty()) return agent;
  const AgentClass by_network = agents_.list().find_network(peer.address);
  return {by_network.bot, agent.device, agent.os, by_network.list};
}

// Whether the visitor's address pays for the lookup if it is in vain. What is remembered as unknown
// costs nobody anything, and what is known is never held back. On a host of ours asking
// for its own record of a known code is what every visitor does first.
bool Responder::is_guess(Asking asking, const KnownHost& host) const noexcept {
  return asking == Asking::unheard || (asking == Asking::other_host && !host.ours);
}

void Responder::show_card(const ResolvedLink& link, Connection& connection, char*& out) {
  out = write_card({link.title(), link.description(), link.image()}, date_.text(),
                   connection.close_after, connection.request.method == Method::head, out);
  end_request(connection);
}

// A miss, no click: to where the domain sends visitors of unknown codes, else 404.
void Responder::unknown(Connection& connection, const KnownHost& host, char*& out) {
  const bool follows = connection.asks == Asks::follow;
  const std::string_view fallback = follows ? fallback_of(host) : std::string_view{};
  const bool leads_on =
      !fallback.empty() && !leads_back(fallback, connection.request, options_.rules.links_path);
  if (!leads_on) return page(connection, 404, Counter::unknown, out);
  counters_.add(Counter::unknown);
  connection.close_after = closes(connection);
  out = write_fallback(fallback, date_.text(), connection.close_after, out);
  end_request(connection);
}

// Looked up once for each peer, and only where somebody asks.
std::string_view Responder::country_of(Peer& peer, const ResolvedLink& link) const noexcept {
  if (!countries_) return {};
  const RuleSet* const rules = link.rules();
  const bool asked = options_.country_of_every_click || (rules != nullptr && rules->asks_country);
  if (!asked) return {};
  if (!peer.country) peer.country = countries_->find(peer.address.raw());
  return peer.country->text();
}

// The click is in the journal before the first byte of its answer can leave.
void Responder::record(const Decision& decision, const KnownAgent& agent, const ResolvedLink& link,
                       std::string_view host_json, Connection& connection) {
  const Result<char*> room = journal_.reserve();
  if (!room) {
    counters_.add(room.error() == Errc::journal_full ? Counter::clicks_dropped_full
                                                     : Counter::clicks_dropped_io);
    return;
  }
  char* const end = write_click(decision, connection.request, agent, link, options_.rules, *keys_,
                                host_json, connection.peer, now_.unix_ms, *room);
  journal_.commit(static_cast<std::size_t>(end - *room), now_.unix_ms);
  counters_.add(Counter::clicks_journalled);
}

void Responder::refuse(Connection& connection, Refusal refusal, char*& out) {
  // A wrong method is no reason to close, unless content follows that we would have to read past.
  const bool readable = refusal == Refusal::method_not_allowed && !connection.request.content;
  counters_.add(counter_of(refusal));
  connection.close_after = !readable || closes(connection);
  connection.linger = !readable;
  if (!readable) connection.request_bytes = connection.received().size();
  out =
      pages_.write(static_cast<unsigned>(refusal), connection.request.accept_language, date_.text(),
                   connection.close_after, connection.request.method == Method::head, out);
  end_request(connection);
}

void Responder::page(Connection& connection, unsigned status, Counter counter, char*& out) {
  counters_.add(counter);
  connection.close_after = closes(connection);
  out = pages_.write(status, connection.request.accept_language, date_.text(),
                     connection.close_after, connection.request.method == Method::head, out);
  end_request(connection);
}

bool Responder::closes(const Connection& connection) noexcept {
  if (draining_ || connection.close_after || connection.request.http10 ||
      !connection.request.keep_alive) {
    return true;
  }
  if (now_.steady_ms <= connection.accepted_ms + options_.connection_age_max_ms) return false;
  counters_.add(Counter::deadline_age);
  return true;
}

void Responder::end_request(Connection& connection) noexcept {
  connection.begin += connection.request_bytes;
  connection.request_bytes = 0;
  connection.header_begun = false;
  if (connection.begin == connection.end) connection.begin = connection.end = 0;
}

// Unless the address has asked for too many codes in vain.
Step Responder::wait_for(Connection& connection, const KnownHost& host, std::string_view code,
                         Asking asking, char*& out) {
  if (is_guess(asking, host) &&
      addresses_.is_spent(connection.peer.address.raw(), now_.steady_ms)) {
    page(connection, 429, Counter::over_address_budget, out);
    return Step::answered;
  }
  counters_.add(Counter::cache_waits);
  connection.asking = asking;
  awaited_ = {std::string{connection.request.host}, std::string{code}};
  awaited_asking_ = asking;
  return Step::waiting;
}

void Responder::refresh(std::string_view host, std::string_view code) {
  counters_.add(Counter::cache_refreshes);
  ask_({std::string{host}, std::string{code}}, Asking::known_again);
}

void Responder::on_lookup(const LookupKey& key, const LookupResult& result) {
  if (result.status == LookupStatus::unconfirmed) {
    return cache_.unconfirmed(hosts_.key_of(key.host), key.code);
  }
  if (result.status != LookupStatus::answered) return;
  if (result.domain || hosts_.knows(key.host)) set_domain(key.host, result.domain);
  if (asks_for_host(key)) return;
  cache_.store(hosts_.key_of(key.host), key.code, result, now_.steady_ms);
}

void Responder::on_restored(const LookupKey& key, const LookupResult& result) {
  if (result.domain && !hosts_.knows(key.host)) set_domain(key.host, result.domain);
  cache_.restore(hosts_.key_of(key.host), key.code, result, now_.steady_ms);
}

void Responder::on_domain(const std::string& host, std::shared_ptr<const DomainRecord> domain) {
  if (hosts_.knows(host)) set_domain(host, std::move(domain));
}

void Responder::set_domain(std::string_view host, std::shared_ptr<const DomainRecord> domain) {
  hosts_.set_domain(host, std::move(domain), now_.steady_ms + options_.domain_refresh_ms);
}

void Responder::on_changed(const LookupKey& key) noexcept {
  if (key.host == redis_keys::any_host) return cache_.changed(LinkCache::any_host, key.code);
  cache_.changed(hosts_.key_of(key.host), key.code);
}

}  // namespace waymark::redirect
