#include "loadtest/mix/mix.hpp"

#include "loadtest/mix/cookies.hpp"
#include "loadtest/mix/headers.hpp"
#include "loadtest/mix/links.hpp"
#include "loadtest/mix/targets.hpp"
#include "loadtest/mix/text.hpp"
#include "loadtest/mix/zipf.hpp"

#include <array>

namespace waymark::mix {
namespace {

struct Share {
  double weight;
  Kind kind;
};
// Percent of all requests; README.md repeats them.
constexpr std::array<Share, kinds> shares{{
    {80, Kind::person},
    {2, Kind::head},
    {2, Kind::prefetch},
    {1, Kind::embed},
    {4.5, Kind::preview},
    {4, Kind::crawler},
    {2, Kind::scanner},
    {2.5, Kind::tool},
    {1.5, Kind::page},
    {0.5, Kind::method},
}};
constexpr double in_app_share = 0.22;         // of browsers
constexpr double opts_out_share = 0.02;       // of browsers
constexpr double other_cookies_share = 0.45;  // of browsers
constexpr double our_cookie_share = 0.22;     // of browsers
constexpr double spoiled_share = 0.08;        // of our cookies
constexpr double unknown_share = 0.02;        // of requests for codes
constexpr double absolute_share = 0.005;      // of requests for codes
constexpr double http10_share = 0.05;         // of tools

constexpr std::array<std::string_view, 8> languages{"de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7",
                                                    "de-DE,de;q=0.9",
                                                    "de,en-US;q=0.7,en;q=0.3",
                                                    "en-US,en;q=0.9",
                                                    "en-GB,en;q=0.9,de;q=0.8",
                                                    "tr-TR,tr;q=0.9,de-DE;q=0.8,de;q=0.7",
                                                    "fr-FR,fr;q=0.9,en;q=0.8",
                                                    "pl-PL,pl;q=0.9,de;q=0.8"};
constexpr std::array<std::string_view, 14> referers{
    "",
    "",
    "",
    "",
    "",
    "https://www.google.com/",
    "https://l.facebook.com/",
    "https://l.instagram.com/",
    "https://mail.google.com/",
    "https://web.whatsapp.com/",
    "https://www.linkedin.com/",
    "android-app://com.google.android.gm/",
    "https://t.co/k3J9sQpZ1x",
    "https://forum.example.org/t/wer-kennt-eine-gute-bank/48213/17?u=anna"};
constexpr std::array<std::string_view, 6> pages{"/",
                                                "/robots.txt",
                                                "/favicon.ico",
                                                "/favicon.ico",
                                                "/.well-known/security.txt",
                                                "/.well-known/assetlinks.json"};
constexpr std::array<std::string_view, 4> other_methods{"POST", "OPTIONS", "PUT", "DELETE"};

// What is asked for, before anybody asks.
struct Wish {
  std::string code;  // folded; empty when the path is no code
  std::string path;
  std::string host;
  int status = 404;
  bool has_card = false;  // a preview of it is a page of its own
};

class Maker {
 public:
  explicit Maker(const MixOptions& options)
      : options_(options),
        random_(options.seed),
        links_(make_links(options)),
        popularity_(options.links, options.zipf_exponent) {}

  MixRequest next() {
    const Kind kind = random_.pick_weighted<Share>(shares).kind;
    if (kind == Kind::page) return page();
    Wish wish = draw_wish(kind);
    switch (kind) {
      case Kind::person:
      case Kind::prefetch:
      case Kind::embed:
        return browser_request(kind, std::move(wish));
      case Kind::head:
        return head_request(std::move(wish));
      default:
        return robot_request(kind, std::move(wish));
    }
  }

 private:
  // Crawlers know every link alike; people and their previews follow fashion.
  const MixLink& draw_link(Kind kind) {
    return kind == Kind::crawler ? links_[random_.below(links_.size())]
                                 : links_[popularity_(random_) - 1];
  }

  std::string draw_host() {
    const double form = random_.real();
    if (form < 0.90) return std::string{main_host};
    if (form < 0.97) return std::string{second_host};
    if (form < 0.98) return "GO.Example.com";
    if (form < 0.99) return join({main_host, ":443"});
    return "203.0.113.20";
  }

  Wish draw_wish(Kind kind) {
    Wish wish;
    wish.host = draw_host();
    if (random_.chance(unknown_share)) {
      wish.path = join({"/", unknown_path(random_)});
      return wish;
    }
    const MixLink& link = draw_link(kind);
    if (!link.host.empty()) wish.host = link.host;
    wish.code = link.code;
    wish.path = join({"/", spell_code(random_, link.code)});
    wish.status = link.status;
    for (const auto& [field, value] : link.fields) wish.has_card |= field == "title";
    return wish;
  }

  std::string target(const Wish& wish, bool in_app) {
    std::string target = join({wish.path, draw_query(random_, in_app)});
    return random_.chance(absolute_share) ? join({"http://", wish.host, target}) : target;
  }

  BrowserVisit browser_visit(const Wish& wish) {
    const bool in_app = random_.chance(in_app_share);
    BrowserVisit visit;
    visit.browser = &random_.pick_weighted(in_app ? in_app_browsers() : browsers());
    visit.target = target(wish, in_app);
    visit.host = wish.host;
    visit.referer = random_.pick(referers);
    visit.languages = random_.pick(languages);
    visit.opts_out = random_.chance(opts_out_share);
    if (random_.chance(other_cookies_share)) visit.cookies = other_cookies(random_);
    return visit;
  }

  // Adds our own cookie to some; tells whether it is a good one.
  bool add_our_cookie(BrowserVisit& visit) {
    if (!random_.chance(our_cookie_share)) return false;
    std::string value = attribution_cookie(random_, options_, links_);
    const bool spoiled = random_.chance(spoiled_share);
    if (spoiled) value = spoiled_cookie(random_, std::move(value));
    const std::string ours = join({"wm_ref=", value});
    // Browsers send older cookies first.
    if (visit.cookies.empty()) {
      visit.cookies = ours;
    } else if (random_.chance(0.7)) {
      visit.cookies = join({visit.cookies, "; ", ours});
    } else {
      visit.cookies = join({ours, "; ", visit.cookies});
    }
    return !spoiled;
  }

  MixRequest browser_request(Kind kind, Wish wish) {
    BrowserVisit visit = browser_visit(wish);
    const bool returning = add_our_cookie(visit);
    if (kind == Kind::prefetch) visit.purpose = Purpose::prefetch;
    if (kind == Kind::embed) {
      visit.purpose = random_.pick(std::array{Purpose::image, Purpose::frame, Purpose::fetch});
    }
    return {write_request(visit), kind, wish.status, std::move(wish.code), returning};
  }

  // Half from monitoring programs, half from browsers' extensions and link checkers.
  MixRequest head_request(Wish wish) {
    if (random_.chance(0.5)) return robot_request(Kind::head, std::move(wish));
    BrowserVisit visit = browser_visit(wish);
    visit.method = "HEAD";
    return {write_request(visit), Kind::head, wish.status, std::move(wish.code), false};
  }

  const Robot& draw_robot(Kind kind) {
    for (;;) {
      const Robot& robot = random_.pick_weighted(robots());
      if (robot.kind == kind) return robot;
    }
  }

  MixRequest robot_request(Kind kind, Wish wish) {
    RobotVisit visit;
    visit.host = wish.host;
    const bool tool = kind == Kind::tool || kind == Kind::head || kind == Kind::method;
    visit.robot = &draw_robot(tool ? Kind::tool : kind);
    visit.target = target(wish, false);
    int status = wish.status;
    if (kind == Kind::head) visit.method = "HEAD";
    if (kind == Kind::tool && random_.chance(http10_share)) visit.version = "HTTP/1.0";
    if (kind == Kind::preview && wish.has_card && status != 410) status = 0;
    if (kind == Kind::method) {
      visit.method = random_.pick(other_methods);
      status = 405;
    }
    return {write_request(visit), kind, status, std::move(wish.code), false};
  }

  MixRequest page() {
    Wish wish;
    wish.host = draw_host();
    BrowserVisit visit = browser_visit(wish);
    visit.target = random_.pick(pages);
    return {write_request(visit), Kind::page, 0, {}, false};
  }

  const MixOptions& options_;
  Random random_;
  std::vector<MixLink> links_;
  Zipf popularity_;
};

constexpr std::string_view key_id = "mix";
constexpr std::uint8_t key_byte = 0x5a;

}  // namespace

std::string_view to_text(Kind kind) {
  constexpr std::array<std::string_view, kinds> names{"person",  "head",    "prefetch", "embed",
                                                      "preview", "crawler", "scanner",  "tool",
                                                      "page",    "method"};
  return names[static_cast<std::size_t>(kind)];
}

std::shared_ptr<const KeyRing> mix_keys() {
  std::array<std::uint8_t, HmacKey::secret_bytes> secret;
  secret.fill(key_byte);
  return std::make_shared<const KeyRing>(
      std::vector{SigningKey{std::string{key_id}, HmacKey{secret}}});
}

std::string mix_keys_file() {
  std::string text{key_id};
  text += ' ';
  for (std::size_t i = 0; i < HmacKey::secret_bytes; ++i) text += "5a";
  return text + '\n';
}

std::vector<MixRequest> make_mix(const MixOptions& options) {
  Maker maker{options};
  std::vector<MixRequest> mix;
  mix.reserve(options.count);
  while (mix.size() < options.count) mix.push_back(maker.next());
  return mix;
}

}  // namespace waymark::mix
