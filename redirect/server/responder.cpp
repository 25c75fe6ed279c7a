#include "redirect/server/responder.hpp"

#include "common/redis/keys.hpp"
#include "redirect/pages/card.hpp"

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
      return Counter::unknown;
  }
  return Counter::unknown;
}

}  // namespace

Responder::Responder(const ResponderOptions& options, std::shared_ptr<const KeyRing> keys,
                     JournalWriter& journal, Ask ask, MetricShard& counters)
    : options_(options),
      keys_(std::move(keys)),
      journal_(journal),
      ask_(std::move(ask)),
      counters_(counters),
      cache_(options.cache),
      addresses_(options.unknown_per_address),
      hosts_(options.hosts_max, options.cache.seed),
      agents_(options.cache.seed, options.agents) {}

void Responder::set_now(Now now) noexcept {
  now_ = now;
  date_.renew(now.unix_ms / 1000);
}

Step Responder::respond(Connection& connection, char*& out) {
  // One empty line before the request line is tolerated (RFC 9112 section 2.2).
  if (connection.received().starts_with("\r\n")) connection.begin += 2;
  Request& request = connection.request;
  const Parsed parsed = parse_request(connection.received(), request);
  if (parsed.bytes == 0 && parsed.refusal == Refusal::none) return Step::starved;
  connection.request_bytes = parsed.bytes;
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

Step Responder::begin_answer(Connection& connection, char*& out) {
  const Request& request = connection.request;
  char code_buffer[limits::code_bytes_max];
  const auto code = normalize_code(request.path, options_.code_case, code_buffer);
  if (!code) {
    page(connection, 404, Counter::unknown, out);
    return Step::answered;
  }
  const KnownHost& host = hosts_.find(request.host);
  const Found found = cache_.find(host.key, *code, now_.steady_ms, redis_away_);
  if (found.use == Use::wait) {
    if (is_guess(found.asking, host) &&
        addresses_.is_spent(connection.peer.whole_address(), now_.steady_ms)) {
      page(connection, 429, Counter::over_address_budget, out);
      return Step::answered;
    }
    counters_.add(Counter::cache_waits);
    connection.asking = found.asking;
    awaited_ = {std::string{request.host}, std::string{*code}};
    awaited_asking_ = found.asking;
    return Step::waiting;
  }
  counters_.add(Counter::cache_hits);
  if (found.use == Use::and_refresh) refresh(request.host, *code);
  answer(connection, found.link, host, out);
  return Step::answered;
}

void Responder::resume(Connection& connection, LookupStatus status, char*& out) {
  const Request& request = connection.request;
  char code_buffer[limits::code_bytes_max];
  const std::string_view code = *normalize_code(request.path, options_.code_case, code_buffer);
  const KnownHost& host = hosts_.find(request.host);
  // Without an answer what is known must do, however old it is.
  const bool failed = status != LookupStatus::answered;
  const Found found = cache_.find(host.key, code, now_.steady_ms, true);
  const bool in_vain = found.link == nullptr || connection.asking == Asking::other_host;
  if (!failed && in_vain && is_guess(connection.asking, host)) {
    addresses_.charge(connection.peer.whole_address(), now_.steady_ms);
  }
  if (found.use != Use::wait && (found.link != nullptr || !failed)) {
    if (failed) counters_.add(Counter::cache_stale);
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
  const Request& request = connection.request;
  const KnownAgent& agent = agents_.find(request.user_agent);
  const Decision decision =
      decide(request, agent.agent, *link, options_.rules, *keys_, now_.unix_ms, ids_, scratch_);
  if (decision.verdict == Verdict::unknown) return unknown(connection, host, out);
  record(decision, agent, *link, host.click_json, connection);
  if (decision.verdict == Verdict::gone) return page(connection, 410, Counter::gone, out);
  counters_.add(counter_of(decision.verdict));
  connection.close_after = closes(connection);
  if (decision.verdict == Verdict::card) return show_card(*link, connection, out);
  const std::string_view cookie_domain =
      host.domain ? std::string_view{host.domain->cookie_domain} : std::string_view{};
  out = write_redirect(decision, request, *link, options_.rules, cookie_domain, keys_->signing(),
                       date_.text(), connection.close_after, out);
  end_request(connection);
}

// Whether the visitor's address pays for the lookup if it is in vain. What is remembered as unknown
// costs nobody anything, and what is known is never held back. A host with a record is one of ours:
// asking for its own record of a known code is what every visitor does first there.
bool Responder::is_guess(Asking asking, const KnownHost& host) const noexcept {
  return asking == Asking::unheard || (asking == Asking::other_host && !host.domain);
}

void Responder::show_card(const ResolvedLink& link, Connection& connection, char*& out) {
  const LinkRecord& record = link.record;
  out = write_card({record.title, record.description, record.image, link.code}, options_.base_url,
                   date_.text(), connection.close_after, connection.request.method == Method::head,
                   out);
  end_request(connection);
}

// A miss, no click: to where the domain sends visitors of unknown codes, else 404.
void Responder::unknown(Connection& connection, const KnownHost& host, char*& out) {
  if (!host.domain || host.domain->fallback_url.empty()) {
    return page(connection, 404, Counter::unknown, out);
  }
  counters_.add(Counter::unknown);
  connection.close_after = closes(connection);
  out = write_fallback(host.domain->fallback_url, date_.text(), connection.close_after, out);
  end_request(connection);
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
  const bool head = connection.request.method == Method::head && refusal != Refusal::bad_request;
  out = write_page(static_cast<unsigned>(refusal), date_.text(), connection.close_after, head, out);
  end_request(connection);
}

void Responder::page(Connection& connection, unsigned status, Counter counter, char*& out) {
  counters_.add(counter);
  connection.close_after = closes(connection);
  out = write_page(status, date_.text(), connection.close_after,
                   connection.request.method == Method::head, out);
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

void Responder::refresh(std::string_view host, std::string_view code) {
  counters_.add(Counter::cache_refreshes);
  ask_({std::string{host}, std::string{code}}, Asking::known_again);
}

void Responder::on_lookup(const LookupKey& key, const LookupResult& result) {
  if (result.status != LookupStatus::answered) return;
  if (result.domain || hosts_.knows(key.host)) hosts_.set_domain(key.host, result.domain);
  cache_.store(hosts_.key_of(key.host), key.code, result, now_.steady_ms);
}

void Responder::on_domain(const std::string& host, std::shared_ptr<const DomainRecord> domain) {
  if (hosts_.knows(host)) hosts_.set_domain(host, std::move(domain));
}

void Responder::on_changed(const LookupKey& key) noexcept {
  if (key.host == redis_keys::any_host) return cache_.changed(LinkCache::any_host, key.code);
  cache_.changed(hosts_.key_of(key.host), key.code);
}

}  // namespace waymark::redirect
