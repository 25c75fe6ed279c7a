// A small language for tests of the request path: a request from lines, a link from fields.
#pragma once

#include "common/keys.hpp"
#include "redirect/decide/answer.hpp"
#include "redirect/decide/click_record.hpp"
#include "redirect/decide/decide.hpp"
#include "redirect/server/request_parser.hpp"
#include "redirect/server/target.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::redirect::test {

inline constexpr std::uint64_t noon_ms = 1'767'268'800'000;  // 2026-01-01 12:00:00 UTC
inline constexpr std::string_view firefox =
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

inline KeyRing test_keys() {
  const std::array<std::uint8_t, 32> secret{1, 2, 3};
  return KeyRing{{SigningKey{"k1", HmacKey{secret}}}};
}

// Owns the bytes that a Request's views point into.
class Visit {
 public:
  explicit Visit(std::string_view target, std::string_view fields = {},
                 std::string_view method = "GET")
      : bytes_(std::string{method} + " " + std::string{target} +
               " HTTP/1.1\r\nHost: go.example\r\nUser-Agent: " + std::string{firefox} + "\r\n" +
               std::string{fields} + "\r\n") {
    refusal_ = parse_request(bytes_, request_).refusal;
    if (refusal_ == Refusal::none) refusal_ = split_target(request_, host_);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  const Request& operator*() const { return request_; }
  const Request* operator->() const { return &request_; }
  Refusal refusal() const { return refusal_; }

 private:
  std::string bytes_;
  HostBuffer host_;
  Request request_;
  Refusal refusal_;
};

inline std::shared_ptr<const ResolvedLink> link_to(LinkRecord link, CampaignRecord campaign = {}) {
  const std::string id = link.campaign;
  return resolve_link("anna7", std::move(link), resolve_campaign(id, std::move(campaign), true));
}
inline std::shared_ptr<const ResolvedLink> link_to(std::string destination,
                                                   CampaignRecord campaign = {}) {
  LinkRecord link;
  link.destination = std::move(destination);
  link.campaign = "camp_spring";
  link.referrer = "rfr_anna";
  link.link = "lnk_1";
  return link_to(std::move(link), std::move(campaign));
}

// With this JSON list of rules.
inline std::shared_ptr<const ResolvedLink> ruled(std::string rules, CampaignRecord campaign = {}) {
  LinkRecord record;
  record.destination = "https://main.example/";
  record.campaign = "camp_spring";
  record.referrer = "rfr_anna";
  record.link = "lnk_1";
  record.rules = std::move(rules);
  return link_to(std::move(record), std::move(campaign));
}

// A thread's worth of state, and what it makes of a visit.
struct Desk {
  KeyRing keys = test_keys();
  DecideRules rules;
  Uuid7Generator ids;
  DecideScratch scratch;
  AgentTable agents{7};
  std::uint64_t now_ms = noon_ms;

  Decision decide(const Visit& visit, const ResolvedLink& link, const Surroundings& around = {}) {
    return redirect::decide(*visit, agents.find(visit->user_agent).agent, link, rules, keys, now_ms,
                            ids, scratch, around);
  }
  std::string answer(const Visit& visit, const ResolvedLink& link) {
    return render(visit, link, decide(visit, link));
  }
  std::string render(const Visit& visit, const ResolvedLink& link, const Decision& decision) {
    std::string out(limits::answer_bytes_max, '\0');
    DateText date;
    date.renew(now_ms / 1000);
    MacBatch macs;
    char* const end = write_redirect(decision, *visit, link, rules, {}, {keys.signing(), macs},
                                     date.text(), false, out.data());
    macs.finish();
    out.resize(static_cast<std::size_t>(end - out.data()));
    return out;
  }
};

// Value of a header of an answer, which stands there once; empty when it is not there.
inline std::string header_of(const std::string& answer, const std::string& name) {
  const std::size_t at = answer.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  EXPECT_EQ(answer.find("\r\n" + name + ": ", at + 1), std::string::npos) << name << " twice";
  const std::size_t start = at + name.size() + 4;
  return answer.substr(start, answer.find("\r\n", start) - start);
}

// Location without the token, which must verify.
inline std::string landing_of(Desk& desk, const std::string& answer) {
  std::string location = header_of(answer, "Location");
  const std::size_t at = location.find("wm_click=");
  if (at == std::string::npos) return location;
  EXPECT_TRUE(verify_click_token(location.substr(at + 9, click_token_bytes), desk.keys));
  return location.erase(at + 9, click_token_bytes);
}

// The wm_ref cookie as a Cookie line for the next visit.
inline std::string cookie_line(const std::string& answer) {
  const std::string cookie = header_of(answer, "Set-Cookie");
  return "Cookie: theme=dark; " + cookie.substr(0, cookie.find(';')) + "; lang=en\r\n";
}

}  // namespace waymark::redirect::test
