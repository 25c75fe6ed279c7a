// Answers the requests of one thread: parse, resolve, decide, record, write. It does no I/O but the
// journal's; the Worker moves the bytes. Everything here is used by one thread only.
#pragma once

#include "common/code.hpp"
#include "common/keys.hpp"
#include "common/metrics.hpp"
#include "redirect/agents/agent_list.hpp"
#include "redirect/decide/answer.hpp"
#include "redirect/decide/click_record.hpp"
#include "redirect/decide/decide.hpp"
#include "redirect/decide/user_agent.hpp"
#include "redirect/geo/country_file.hpp"
#include "redirect/journal/writer.hpp"
#include "redirect/links/address_budget.hpp"
#include "redirect/links/link_cache.hpp"
#include "redirect/metrics.hpp"
#include "redirect/pages/asked_path.hpp"
#include "redirect/pages/content.hpp"
#include "redirect/pages/page_book.hpp"
#include "redirect/pages/qr_desk.hpp"
#include "redirect/pages/well_known.hpp"
#include "redirect/server/connection.hpp"
#include "redirect/server/forwarded.hpp"
#include "redirect/server/host_table.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace waymark::redirect {

// links.base_url in parts; all empty without it.
struct LinkBase {
  std::string url;     // without a slash at the end
  std::string scheme;  // "https"
  std::string host;    // lower case, without port
};

struct ResponderOptions {
  CacheOptions cache;
  AddressBudgetOptions unknown_per_address;
  std::size_t hosts_max = 1'024;
  std::uint64_t connection_age_max_ms = 3'600'000;
  CodeCase code_case = CodeCase::fold;
  bool country_of_every_click = false;  // not only where a link's rules ask for it
  std::shared_ptr<const TrustedProxies> proxies = std::make_shared<const TrustedProxies>();
  ForwardHeader forward_header = ForwardHeader::x_forwarded_for;
  DecideRules rules;
  LinkBase base;
  bool refuse_unknown_hosts = false;
  double qr_rate = 50;                       // QR codes drawn in a second
  std::uint64_t domain_refresh_ms = 60'000;  // oldest that the record of a host may be
  std::shared_ptr<const AgentList> agents = AgentList::built_in();
};

// The clocks of one turn of the loop.
struct Now {
  std::uint64_t unix_ms = 0;
  std::uint64_t steady_ms = 0;
};

enum class Step : std::uint8_t {
  answered,  // an answer was written; the request's bytes are consumed
  starved,   // the header is not complete
  waiting,   // a lookup has to come first: call resume() then
};

class Responder {
 public:
  // Asks the LinkSource; the answer comes back through on_lookup().
  using Ask = std::function<void(const LookupKey&, Asking)>;

  Responder(const ResponderOptions& options, std::shared_ptr<const KeyRing> keys,
            JournalWriter& journal, Ask ask, MetricShard& counters);

  void set_now(Now now) noexcept;
  void set_redis_away(bool away) noexcept { redis_away_ = away; }
  void set_keys(std::shared_ptr<const KeyRing> keys) noexcept { keys_ = std::move(keys); }
  // Null: countries are unknown. What connections remember of their peers stays.
  void set_countries(std::shared_ptr<const CountryFile> countries) noexcept {
    countries_ = std::move(countries);
  }
  void set_well_known(std::shared_ptr<const WellKnownFiles> files) noexcept {
    well_known_ = std::move(files);
  }
  void set_agents(std::shared_ptr<const AgentList> agents) { agents_.set_list(std::move(agents)); }
  // Every answer from now on closes its connection.
  void set_draining() noexcept { draining_ = true; }

  // Takes one request from the connection's bytes and appends its answer at `out`, which has room
  // for limits::answer_bytes_max; sign() must come before it is sent. Sets close_after and linger.
  // Long content stands in the connection's `content` and has to be sent behind `out` before the
  // next request is read.
  Step respond(Connection& connection, char*& out);
  // Answers the request that was waiting, whatever the lookup brought: never `waiting` again.
  void resume(Connection& connection, LookupStatus status, char*& out);

  // Completes all answers since the last call; their memory must still be there.
  void sign() noexcept { macs_.finish(); }

  // What the request for which respond() just said `waiting` waits for.
  const LookupKey& awaited() const noexcept { return awaited_; }
  void ask_for_awaited() { ask_(awaited_, awaited_asking_); }

  void on_lookup(const LookupKey& key, const LookupResult& result);
  // An answer from before the start.
  void on_restored(const LookupKey& key, const LookupResult& result);
  void on_changed(const LookupKey& key) noexcept;
  // Only for hosts that visitors have asked for.
  void on_domain(const std::string& host, std::shared_ptr<const DomainRecord> domain);
  void on_anything_changed() noexcept {
    cache_.mark_all_due(now_.steady_ms);
    hosts_.mark_all_due();
  }

  const LinkCache& cache() const noexcept { return cache_; }
  const HostTable& hosts() const noexcept { return hosts_; }
  const AddressBudget& addresses() const noexcept { return addresses_; }
  const QrDesk& qr_codes() const noexcept { return qr_codes_; }

 private:
  void identify(Connection& connection) noexcept;
  Step begin_answer(Connection& connection, char*& out);
  void refuse(Connection& connection, Refusal refusal, char*& out);
  void page(Connection& connection, unsigned status, Counter counter, char*& out);
  void answer(Connection& connection, const ResolvedLink* link, const KnownHost& host, char*& out);
  void show_card(const ResolvedLink& link, Connection& connection, char*& out);
  void unknown(Connection& connection, const KnownHost& host, char*& out);
  bool is_guess(Asking asking, const KnownHost& host) const noexcept;
  std::string_view country_of(Peer& peer, const ResolvedLink& link) const noexcept;
  Agent placed(const Agent& agent, const Peer& peer) const noexcept;
  void record(const Decision& decision, const KnownAgent& agent, const ResolvedLink& link,
              std::string_view host_json, Connection& connection);
  void end_request(Connection& connection) noexcept;
  bool closes(const Connection& connection) noexcept;
  Step wait_for(Connection& connection, const KnownHost& host, std::string_view code, Asking asking,
                char*& out);
  void refresh(std::string_view host, std::string_view code);

  void set_domain(std::string_view host, std::shared_ptr<const DomainRecord> domain);

  // What is no redirect: responder_pages.cpp.
  bool is_refused(const KnownHost& host) const noexcept {
    return options_.refuse_unknown_hosts && !host.ours;
  }
  bool is_domain_due(const KnownHost& host) const noexcept;
  Step begin_refused_host(Connection& connection, const KnownHost& host, std::string_view code,
                          char*& out);
  Step begin_own_path(Connection& connection, const AskedPath& path, char*& out);
  void resume_own_path(Connection& connection, Asks asks, LookupStatus status, char*& out);
  void root_or_robots(Connection& connection, Asks asks, const KnownHost& host, char*& out);
  void show(Connection& connection, const ResolvedLink& link, const KnownHost& host, char*& out);
  void show_destination(Connection& connection, const ResolvedLink& link, std::string_view code,
                        char*& out);
  void show_qr(Connection& connection, const KnownHost& host, const AskedPath& path, char*& out);
  std::string short_link(const Request& request, const KnownHost& host, std::string_view code);
  void content(Connection& connection, const ContentHead& head,
               std::shared_ptr<const std::string> body, char*& out);

  ResponderOptions options_;
  const PageBook& pages_ = PageBook::own();
  std::shared_ptr<const std::string> favicon_;
  std::shared_ptr<const WellKnownFiles> well_known_;
  QrDesk qr_codes_;
  std::shared_ptr<const KeyRing> keys_;
  std::shared_ptr<const CountryFile> countries_;
  JournalWriter& journal_;
  Ask ask_;
  MetricShard& counters_;
  LinkCache cache_;
  AddressBudget addresses_;
  HostTable hosts_;
  AgentTable agents_;
  Uuid7Generator ids_;
  DateText date_;
  MacBatch macs_;
  DecideScratch scratch_;
  ForwardedLines forwarded_;
  LookupKey awaited_;
  Asking awaited_asking_ = Asking::unheard;
  Now now_;
  bool redis_away_ = false;
  bool draining_ = false;
};

}  // namespace waymark::redirect
