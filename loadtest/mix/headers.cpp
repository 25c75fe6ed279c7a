#include "loadtest/mix/headers.hpp"

namespace waymark::mix {
namespace {

// Collects header lines; a line with an empty value is left out, as browsers do.
class Lines {
 public:
  Lines(std::string_view method, std::string_view target, std::string_view version) {
    text_.reserve(1024);
    text_.append(method).append(" ").append(target).append(" ").append(version).append("\r\n");
  }
  Lines& add(std::string_view name, std::string_view value) {
    if (!value.empty()) text_.append(name).append(": ").append(value).append("\r\n");
    return *this;
  }
  Lines& raw(std::string_view lines) {
    text_.append(lines);
    return *this;
  }
  std::string finish() { return std::move(text_.append("\r\n")); }

 private:
  std::string text_;
};

struct Fetch {
  std::string_view mode;
  std::string_view dest;
  std::string_view user;
};

Fetch fetch_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::image:
      return {"no-cors", "image", ""};
    case Purpose::frame:
      return {"navigate", "iframe", ""};
    case Purpose::fetch:
      return {"cors", "empty", ""};
    case Purpose::prefetch:
      return {"navigate", "document", ""};
    case Purpose::navigate:
      break;
  }
  return {"navigate", "document", "?1"};
}

std::string_view accept_of(Purpose purpose, Engine engine) {
  if (purpose == Purpose::fetch) return "*/*";
  if (purpose == Purpose::image) {
    return engine == Engine::chromium || engine == Engine::android_view
               ? "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
               : "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";
  }
  if (engine == Engine::chromium || engine == Engine::android_view) {
    return "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
           "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
  }
  return "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
}

std::string_view site_of(const BrowserVisit& visit) {
  return visit.referer.empty() ? "none" : "cross-site";
}

bool is_page(Purpose purpose) {
  return purpose == Purpose::navigate || purpose == Purpose::prefetch || purpose == Purpose::frame;
}

std::string quoted(std::string_view text) {
  return '"' + std::string{text} + '"';
}

std::string write_chromium(const BrowserVisit& visit) {
  const Browser& browser = *visit.browser;
  const Fetch fetch = fetch_of(visit.purpose);
  const bool prefetch = visit.purpose == Purpose::prefetch;
  Lines lines{visit.method, visit.target, "HTTP/1.1"};
  lines.add("Host", visit.host).add("Connection", "keep-alive");
  lines.add("sec-ch-ua", browser.brands).add("sec-ch-ua-mobile", browser.mobile() ? "?1" : "?0");
  lines.add("sec-ch-ua-platform", quoted(browser.platform));
  if (is_page(visit.purpose)) lines.add("Upgrade-Insecure-Requests", "1");
  lines.add("User-Agent", browser.user_agent);
  if (visit.opts_out) lines.add("Sec-GPC", "1");
  lines.add("Accept", accept_of(visit.purpose, browser.engine));
  if (prefetch) lines.add("Sec-Purpose", "prefetch;prerender").add("Purpose", "prefetch");
  lines.add("X-Requested-With", browser.requested_with);
  lines.add("Sec-Fetch-Site", site_of(visit)).add("Sec-Fetch-Mode", fetch.mode);
  lines.add("Sec-Fetch-User", fetch.user).add("Sec-Fetch-Dest", fetch.dest);
  lines.add("Referer", visit.referer).add("Accept-Encoding", "gzip, deflate, br, zstd");
  return lines.add("Accept-Language", visit.languages).add("Cookie", visit.cookies).finish();
}

std::string write_firefox(const BrowserVisit& visit) {
  const Fetch fetch = fetch_of(visit.purpose);
  Lines lines{visit.method, visit.target, "HTTP/1.1"};
  lines.add("Host", visit.host).add("User-Agent", visit.browser->user_agent);
  lines.add("Accept", accept_of(visit.purpose, Engine::firefox));
  lines.add("Accept-Language", visit.languages);
  lines.add("Accept-Encoding", "gzip, deflate, br, zstd").add("Referer", visit.referer);
  if (visit.opts_out) lines.add("DNT", "1").add("Sec-GPC", "1");
  if (visit.purpose == Purpose::prefetch) {
    lines.add("X-Moz", "prefetch").add("Sec-Purpose", "prefetch");
  }
  lines.add("Connection", "keep-alive").add("Cookie", visit.cookies);
  if (is_page(visit.purpose)) lines.add("Upgrade-Insecure-Requests", "1");
  lines.add("Sec-Fetch-Dest", fetch.dest).add("Sec-Fetch-Mode", fetch.mode);
  lines.add("Sec-Fetch-Site", site_of(visit)).add("Sec-Fetch-User", fetch.user);
  return lines.add("Priority", "u=0, i").finish();
}

std::string write_webkit(const BrowserVisit& visit) {
  const Fetch fetch = fetch_of(visit.purpose);
  Lines lines{visit.method, visit.target, "HTTP/1.1"};
  lines.add("Host", visit.host).add("Cookie", visit.cookies);
  lines.add("Sec-Fetch-Dest", fetch.dest).add("User-Agent", visit.browser->user_agent);
  if (is_page(visit.purpose)) lines.add("Upgrade-Insecure-Requests", "1");
  lines.add("Accept", accept_of(visit.purpose, Engine::webkit));
  if (visit.opts_out) lines.add("Sec-GPC", "1");
  if (visit.purpose == Purpose::prefetch) lines.add("X-Purpose", "preview");
  lines.add("Sec-Fetch-Site", site_of(visit)).add("Sec-Fetch-Mode", fetch.mode);
  lines.add("Accept-Language", visit.languages).add("Referer", visit.referer);
  return lines.add("Priority", "u=0, i")
      .add("Accept-Encoding", "gzip, deflate, br")
      .add("Connection", "keep-alive")
      .finish();
}

}  // namespace

std::string write_request(const BrowserVisit& visit) {
  switch (visit.browser->engine) {
    case Engine::chromium:
    case Engine::android_view:
      return write_chromium(visit);
    case Engine::firefox:
      return write_firefox(visit);
    case Engine::webkit:
    case Engine::ios_view:
      break;
  }
  return write_webkit(visit);
}

std::string write_request(const RobotVisit& visit) {
  Lines lines{visit.method, visit.target, visit.version};
  lines.add("Host", visit.host).add("User-Agent", visit.robot->user_agent);
  lines.add("Accept", visit.robot->accept).raw(visit.robot->extra);
  if (visit.method == "POST" || visit.method == "PUT") lines.add("Content-Length", "0");
  return lines.finish();
}

}  // namespace waymark::mix
