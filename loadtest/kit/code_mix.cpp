#include "loadtest/kit/code_mix.hpp"

#include "loadtest/mix/agents.hpp"
#include "loadtest/mix/headers.hpp"
#include "loadtest/mix/targets.hpp"
#include "loadtest/mix/zipf.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace waymark::loadtest {
namespace {

enum class Visit { person, head, crawler, preview, tool, unknown };
constexpr std::array<std::string_view, 6> visit_names{"person",  "head", "crawler",
                                                      "preview", "tool", "unknown"};

constexpr double in_app_share = 0.22;  // of people's browsers
constexpr std::array<std::string_view, 4> languages{
    "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "en-US,en;q=0.9", "de-DE,de;q=0.9", "fr-FR,fr;q=0.9"};

// The cookies of the last visitors, each thread's for itself.
class CookieJar {
 public:
  static constexpr std::size_t visitors_max = 10'000;

  // A newcomer; the oldest visitor is forgotten when there are too many. Never 0.
  std::uint32_t add() {
    if (cookies_.size() < visitors_max) {
      cookies_.emplace_back();
      return static_cast<std::uint32_t>(cookies_.size());
    }
    oldest_ = (oldest_ + 1) % visitors_max;
    cookies_[oldest_].clear();
    return static_cast<std::uint32_t>(oldest_ + 1);
  }
  bool empty() const noexcept { return cookies_.empty(); }
  std::uint32_t draw(mix::Random& random) const {
    return static_cast<std::uint32_t>(random.below(cookies_.size()) + 1);
  }
  const std::string& of(std::uint32_t visitor) const { return cookies_[visitor - 1]; }
  void keep(std::uint32_t visitor, std::string_view cookies) {
    if (!cookies.empty()) cookies_[visitor - 1] = cookies;
  }

 private:
  std::vector<std::string> cookies_;
  std::size_t oldest_ = visitors_max - 1;
};

}  // namespace

class CodeMixSource : public RequestSource {
 public:
  CodeMixSource(const CodeMix& plan, std::size_t thread)
      : plan_(plan),
        options_(plan.options_),
        random_(plan.seed_ + 0x9e37'79b9'7f4a'7c15 * (thread + 1)),
        popularity_(options_.codes.size(), options_.zipf > 0 ? options_.zipf : 1) {
    for (const mix::Robot& robot : mix::robots()) {
      if (robot.kind == mix::Kind::crawler) crawlers_.push_back(robot);
      if (robot.kind == mix::Kind::preview) previews_.push_back(robot);
      if (robot.kind == mix::Kind::tool) tools_.push_back(robot);
    }
  }

  Request next() override {
    const Visit visit = draw_visit();
    Request request;
    request.kind = static_cast<std::uint8_t>(visit);
    request.status = static_cast<std::uint16_t>(plan_.common_.status);
    switch (visit) {
      case Visit::crawler:
        write_robot(crawlers_, code());
        break;
      case Visit::preview:
        write_robot(previews_, code());
        break;
      case Visit::tool:
        write_robot(tools_, code());
        break;
      case Visit::head:
        request.head = true;
        write_person("HEAD", code(), {});
        break;
      case Visit::unknown:
        request.status = 0;
        request.may_be_unknown = true;
        write_person("GET", mix::unknown_path(random_), {});
        break;
      case Visit::person:
        if (options_.returning > 0) request.visitor = draw_visitor();
        write_person("GET", code(), request.visitor == 0 ? "" : jar_.of(request.visitor));
    }
    text_.insert(text_.size() - 2, plan_.added_);
    request.bytes = text_;
    const double own = plan_.common_.own_connection;
    if (own > 0) request.own_connection = random_.chance(own);
    return request;
  }

  void answered(std::uint32_t visitor, std::string_view cookies) override {
    jar_.keep(visitor, cookies);
  }

 private:
  Visit draw_visit() {
    double left = random_.real();
    for (const auto& [visit, share] :
         {std::pair{Visit::unknown, options_.unknown}, std::pair{Visit::head, options_.head},
          std::pair{Visit::crawler, options_.crawlers},
          std::pair{Visit::preview, options_.previews}, std::pair{Visit::tool, options_.tools}}) {
      left -= share;
      if (left < 0) return visit;
    }
    return Visit::person;
  }

  std::string_view code() {
    const std::size_t count = options_.codes.size();
    return options_.codes[options_.zipf > 0 ? popularity_(random_) - 1 : random_.below(count)];
  }

  std::uint32_t draw_visitor() {
    const bool known = random_.chance(options_.returning) && !jar_.empty();
    return known ? jar_.draw(random_) : jar_.add();
  }

  std::string target(std::string_view code, bool in_app) {
    std::string target = plan_.folder_;
    target += code;
    if (options_.queries) target += mix::draw_query(random_, in_app);
    if (!options_.channels.empty()) {
      target += "?c=";
      target += options_.channels[random_.below(options_.channels.size())];
    }
    return target;
  }

  void write_person(std::string_view method, std::string_view code, std::string_view cookies) {
    const bool in_app = random_.chance(in_app_share);
    mix::BrowserVisit visit;
    visit.browser = &random_.pick_weighted(in_app ? mix::in_app_browsers() : mix::browsers());
    visit.method = method;
    visit.target = target(code, in_app);
    visit.host = plan_.common_.authority;
    visit.cookies = cookies;
    visit.languages = random_.pick(languages);
    text_ = mix::write_request(visit);
  }

  void write_robot(const std::vector<mix::Robot>& robots, std::string_view code) {
    mix::RobotVisit visit;
    visit.robot = &random_.pick_weighted(std::span{robots});
    visit.target = target(code, false);
    visit.host = plan_.common_.authority;
    text_ = mix::write_request(visit);
  }

  const CodeMix& plan_;
  const CodeMixOptions& options_;
  mix::Random random_;
  mix::Zipf popularity_;
  std::vector<mix::Robot> crawlers_;
  std::vector<mix::Robot> previews_;
  std::vector<mix::Robot> tools_;
  CookieJar jar_;
  std::string text_;
};

CodeMix::CodeMix(CodeMixOptions options, std::string folder, RequestCommon common,
                 std::uint64_t seed)
    : options_(std::move(options)),
      folder_(std::move(folder)),
      common_(std::move(common)),
      added_(header_lines(common_.headers)),
      seed_(seed) {}

std::unique_ptr<RequestSource> CodeMix::source(std::size_t thread, std::size_t) const {
  return std::make_unique<CodeMixSource>(*this, thread);
}

std::vector<std::string> CodeMix::kinds() const {
  return {visit_names.begin(), visit_names.end()};
}

}  // namespace waymark::loadtest
