// What a thread of the edge keeps between requests, and its steps on one request. The steps are the
// shipped functions; only the journal and the sockets are missing.
#pragma once

#include "bench/support/corpus.hpp"
#include "redirect/decide/answer.hpp"
#include "redirect/decide/click_record.hpp"
#include "redirect/decide/decide.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace waymark::bench {

class EdgeThread {
 public:
  EdgeThread() {
    date_.renew(corpus().options.now);
    constexpr std::string_view address{"\xC6\x33\x64\x07", 4};
    peer_ = redirect::peer_of(redirect::address_from(address.data(), address.size()));
  }

  const redirect::KnownAgent& agent_of(const redirect::Request& request) {
    return agents_.find(request.user_agent);
  }
  // Points into this thread's memory until the next call, or into `scratch` for longer.
  redirect::Decision decide(const redirect::Request& request, const redirect::Agent& agent,
                            const redirect::ResolvedLink& link) {
    return decide(request, agent, link, scratch_);
  }
  redirect::Decision decide(const redirect::Request& request, const redirect::Agent& agent,
                            const redirect::ResolvedLink& link, redirect::DecideScratch& scratch) {
    return redirect::decide(request, agent, link, rules_, keys_, corpus().now_ms, ids_, scratch);
  }
  // The click line, until the next call.
  std::string_view line_of(const redirect::Decision& decision, const redirect::Request& request,
                           const redirect::KnownAgent& agent, const redirect::ResolvedLink& link) {
    const char* end = redirect::write_click(decision, request, agent, link, rules_, keys_,
                                            host_json_, peer_, corpus().now_ms, line_.data());
    return {line_.data(), end};
  }
  // As at the edge under load, MACs are computed for several answers at once.
  std::string_view answer_to(const redirect::Decision& decision, const redirect::Request& request,
                             const redirect::ResolvedLink& link) {
    if (gathered_ == redirect::gathered_max) {
      macs_.finish();
      gathered_ = 0;
    }
    char* const out = answers_.data() + gathered_++ * limits::answer_bytes_max;
    const char* end = redirect::write_redirect(decision, request, link, rules_, {},
                                               {keys_.signing(), macs_}, date_.text(), false, out);
    return {out, end};
  }

 private:
  const KeyRing& keys_ = *corpus().options.keys;
  redirect::DecideRules rules_;
  Uuid7Generator ids_;
  redirect::DecideScratch scratch_;
  redirect::AgentTable agents_{1};
  redirect::DateText date_;
  redirect::Peer peer_;
  std::string host_json_ = R"("host":"go.example.com",)";
  std::vector<char> line_ = std::vector<char>(limits::click_line_bytes_max);
  std::vector<char> answers_ = std::vector<char>(redirect::gathered_max * limits::answer_bytes_max);
  std::size_t gathered_ = 0;
  MacBatch macs_;
};

// The click lines of all cases with a link, each ending with '\n'.
inline std::vector<std::string> click_lines() {
  EdgeThread thread;
  std::vector<std::string> lines;
  for (const Case* each : corpus().select([](const Case&) { return true; })) {
    const redirect::KnownAgent& agent = thread.agent_of(each->request);
    const auto decision = thread.decide(each->request, agent.agent, *each->link);
    lines.emplace_back(thread.line_of(decision, each->request, agent, *each->link));
  }
  return lines;
}

}  // namespace waymark::bench
