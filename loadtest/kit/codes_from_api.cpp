#include "common/error.hpp"
#include "loadtest/kit/clicks/api_connection.hpp"
#include "loadtest/kit/code_mix.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace waymark::loadtest {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds answer_deadline{10};
constexpr std::size_t codes_max = 1'000'000;

[[noreturn]] void give_up(const ApiAccess& access, const std::string& why) {
  throw StartupError(exit_code::unavailable,
                     fmt::format("--codes api: GET /v1/links of {}: {}", access.text(), why));
}

// Adds the codes of a page; returns the id of its last link, or nothing when no page follows.
std::string add_page(const json::object& page, std::vector<std::string>& codes) {
  std::string last;
  for (const json::value& link : page.at("data").as_array()) {
    codes.emplace_back(link.at("code").as_string());
    last = link.at("id").as_string();
  }
  return page.at("has_more").as_bool() ? last : std::string{};
}

}  // namespace

std::vector<std::string> read_codes(const ApiAccess& access) {
  ApiConnection api{access};
  std::vector<std::string> codes;
  std::string after;
  do {
    const auto answer = api.get(
        "/v1/links?limit=100" + (after.empty() ? "" : "&starting_after=" + after), answer_deadline);
    if (!answer) give_up(access, answer.error().message());
    if (answer->status != 200) {
      give_up(access, fmt::format("status {}; the key needs the scope links:read", answer->status));
    }
    try {
      after = add_page(json::parse(answer->body).as_object(), codes);
    } catch (const std::exception&) {
      give_up(access, "the answer is no list of links; is this the API of a tracker?");
    }
  } while (!after.empty() && codes.size() < codes_max);
  if (codes.empty()) give_up(access, "there is no link; make one first");
  return codes;
}

}  // namespace waymark::loadtest
