#include "tracker/cli/api_client.hpp"

#include "tracker/cli/state_folder.hpp"

#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace waymark::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view default_api = "http://127.0.0.1:8090";

// A thousand links take their time where others use the store as well.
constexpr std::chrono::milliseconds lines_deadline{60'000};

std::string read_key(const std::filesystem::path& file, bool asked_for) {
  std::ifstream stream{file};
  std::string key;
  if (!stream || !std::getline(stream, key)) {
    if (!asked_for && !std::filesystem::exists(file)) {
      return {};  // the API will say what it thinks of that
    }
    throw StartupError(
        exit_code::config,
        fmt::format("cannot read the API key in {}: {}; --api-key-file names "
                    "another file",
                    file.string(), errno != 0 ? std::strerror(errno) : "empty file"));
  }
  return key;
}

int exit_code_of(unsigned status) {
  switch (status) {
    case 404:
      return exit_code::not_found;
    case 409:
    case 412:
      return exit_code::conflict;
    case 429:
    case 503:
      return exit_code::temporary;
    case 401:
    case 403:
      return exit_code::config;
    default:
      return status < 500 ? exit_code::usage : exit_code::failure;
  }
}

// One mistake is told by the detail of the problem, several by the list of them.
std::string sentence_of(const json::object& problem, unsigned status) {
  const auto* errors = problem.if_contains("errors");
  const bool several = errors != nullptr && errors->is_array() && errors->get_array().size() > 1;
  auto text = several ? std::string{} : member(problem, "detail");
  if (text.empty()) text = member(problem, "title");
  if (text.empty()) text = fmt::format("the API answered {}", status);
  if (several) {
    for (const auto& error : errors->get_array()) {
      text += fmt::format("\n  {}: {}", member(error, "pointer"), member(error, "detail"));
    }
  }
  if (status == 401 || status == 403) {
    text +=
        "; give the key file of this tracker with --api-key-file (it is the one named by its "
        "--bootstrap-key-file)";
  }
  return text;
}

std::string target_of(std::string_view path, const Query& query) {
  std::string target{path};
  for (const auto& [name, value] : query) {
    target += fmt::format("{}{}={}", target.find('?') == std::string::npos ? '?' : '&',
                          path_segment(name), path_segment(value));
  }
  return target;
}

}  // namespace

std::string api_url(const Arguments& arguments) {
  if (const auto url = arguments.value("--api")) {
    return *url;
  }
  const auto running = read_running(StateFolder::from_environment());
  return running ? running->api : std::string{default_api};
}

ApiClient::ApiClient(std::string url, std::string key)
    : url_(std::move(url)), address_(parse_http_address(url_)), key_(std::move(key)) {}

ApiClient ApiClient::from(const Arguments& arguments) {
  const auto file = arguments.value("--api-key-file");
  const auto key =
      file ? read_key(*file, true) : read_key(StateFolder::from_environment().api_key(), false);
  return {api_url(arguments), key};
}

ApiReply ApiClient::get(std::string_view path, const Query& query) const {
  return call("GET", target_of(path, query), {});
}

ApiLines ApiClient::get_lines(std::string_view path, const Query& query) const {
  HttpRequest request;
  request.target = target_of(path, query);
  request.deadline = lines_deadline;
  auto answer = ask(std::move(request));
  return {std::move(answer.body), std::move(answer.next)};
}

ApiReply ApiClient::remove(std::string_view path) const {
  return call("DELETE", std::string{path}, {});
}

ApiReply ApiClient::post(std::string_view path, const json::object& body) const {
  return call("POST", std::string{path}, json::serialize(body));
}

ApiReply ApiClient::patch(std::string_view path, const json::object& body) const {
  return call("PATCH", std::string{path}, json::serialize(body));
}

std::string ApiClient::post_lines(std::string_view path, std::string lines) const {
  HttpRequest request;
  request.method = "POST";
  request.target = path;
  request.body = std::move(lines);
  request.content_type = "application/x-ndjson";
  request.deadline = lines_deadline;
  return ask(std::move(request)).body;
}

ApiReply ApiClient::call(std::string method, std::string target, std::string body) const {
  HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  auto answer = ask(std::move(request));
  ApiReply reply{std::move(answer.body), nullptr};
  boost::system::error_code error;
  reply.json = json::parse(reply.text, error);
  if (error) {
    throw CommandFailure(exit_code::failure,
                         fmt::format("{} answered something that is no JSON: is it the tracker's "
                                     "API?",
                                     url_));
  }
  return reply;
}

HttpAnswer ApiClient::ask(HttpRequest request) const {
  request.bearer = key_;
  const auto answer = exchange(address_, request);
  if (!answer) {
    throw CommandFailure(exit_code::unavailable,
                         fmt::format("cannot reach the API at {}: {}; 'waymark up' starts "
                                     "everything on this machine, --api names another address",
                                     url_, answer.error().message()));
  }
  if (answer->status >= 400) {
    boost::system::error_code unreadable;
    const auto body = json::parse(answer->body, unreadable);
    const auto problem = body.is_object() ? body.get_object() : json::object{};
    throw CommandFailure(exit_code_of(answer->status), sentence_of(problem, answer->status),
                         problem);
  }
  return *answer;
}

std::string path_segment(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string member(const json::value& object, std::string_view key) {
  const auto* members = object.if_object();
  const auto* value = members != nullptr ? members->if_contains(key) : nullptr;
  if (value == nullptr || value->is_null() || value->is_structured()) {
    return {};
  }
  if (value->is_double()) {
    return fmt::format("{}", value->get_double());  // 60, where JSON's writer says 6E1
  }
  return value->is_string() ? std::string{value->get_string()} : json::serialize(*value);
}

const json::array& data_of(const json::value& list) {
  static const json::array nothing;
  const auto* members = list.if_object();
  const auto* data = members != nullptr ? members->if_contains("data") : nullptr;
  return data != nullptr && data->is_array() ? data->get_array() : nothing;
}

}  // namespace waymark::cli
