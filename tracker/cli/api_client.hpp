// The tracker's API as the commands use it: where it is, the key, JSON in and out, and problems
// told in a sentence with the next step.
#pragma once

#include "tracker/cli/arguments.hpp"
#include "tracker/cli/http_client.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::cli {

// Ends a command: the sentence goes to standard error, the number to the shell.
class CommandFailure : public StartupError {
 public:
  CommandFailure(int code, const std::string& sentence, boost::json::object problem = {})
      : StartupError(code, sentence), problem_(std::move(problem)) {}

  // As the API told it (RFC 9457); empty when the failure is none of the API's.
  const boost::json::object& problem() const noexcept { return problem_; }

 private:
  boost::json::object problem_;
};

struct ApiReply {
  std::string text;  // as received, for --json
  boost::json::value json;
};

// Lines of JSON objects, as received, each with its '\n'.
struct ApiLines {
  std::string lines;
  std::string next;  // cursor of the next page; empty: this was the last
};

using Query = std::vector<std::pair<std::string, std::string>>;

class ApiClient {
 public:
  ApiClient(std::string url, std::string key);
  // From --api and --api-key-file, a running `up`, or the defaults. Throws StartupError: an
  // unreadable key file (exit 78).
  static ApiClient from(const Arguments& arguments);

  // All throw CommandFailure: 69 when the API cannot be reached, 3 for 404, 4 for 409 and 412, 75
  // for 429 and 503, 2 for other 4xx, 1 for the rest.
  ApiReply get(std::string_view path, const Query& query = {}) const;
  ApiReply post(std::string_view path, const boost::json::object& body) const;
  ApiReply patch(std::string_view path, const boost::json::object& body) const;
  ApiReply remove(std::string_view path) const;  // DELETE

  ApiLines get_lines(std::string_view path, const Query& query) const;

  // Lines of JSON objects, as received. Any thread.
  std::string post_lines(std::string_view path, std::string lines) const;

  const std::string& url() const noexcept { return url_; }

 private:
  HttpAnswer ask(HttpRequest request) const;
  ApiReply call(std::string method, std::string target, std::string body) const;

  std::string url_;
  HttpAddress address_;
  std::string key_;
};

// The address that --api, a running `up` or the default names.
std::string api_url(const Arguments& arguments);

// Percent-encodes everything but unreserved characters.
std::string path_segment(std::string_view text);

// Member of an object as text: strings as they are, numbers and booleans written out, else empty.
std::string member(const boost::json::value& object, std::string_view key);
// Elements of a list envelope.
const boost::json::array& data_of(const boost::json::value& list);

}  // namespace waymark::cli
