#include "tracker/api/fields.hpp"

#include "tracker/api/times.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace waymark::tracker {
namespace {

std::string pointer_to(std::string_view name) {
  std::string pointer = "/";
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

// How many members of the outermost object the text writes. Of two with one name the parser keeps
// the last without a word, and a sender that means two things must hear of it.
std::size_t members_written(std::string_view body) {
  std::size_t members = 0;
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_text) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_text = false;
      }
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ':' && depth == 1) {
      ++members;
    }
  }
  return members;
}

}  // namespace

Checked<Fields> Fields::read(std::string_view body) {
  boost::json::parse_options options;
  options.max_depth = 16;
  boost::system::error_code error;
  auto value = boost::json::parse({body.data(), body.size()}, error, {}, options);
  if (error) {
    return Problem{ProblemCode::invalid_json, "The body cannot be read: " + error.message() + "."};
  }
  if (!value.is_object()) {
    return Problem{ProblemCode::invalid_json, "The body must be a JSON object, {...}."};
  }
  auto& members = value.get_object();
  if (members.size() != members_written(body)) {
    return Problem{ProblemCode::invalid_json, "The body names a member twice."};
  }
  return Fields{std::move(members)};
}

std::optional<boost::json::value> Fields::take(std::string_view name) {
  const auto found = rest_.find(name);
  if (found == rest_.end()) return std::nullopt;
  auto value = std::move(found->value());
  rest_.erase(found);
  if (!value.is_null()) return value;
  cleared_.emplace_back(name);
  return std::nullopt;
}

std::optional<std::string> Fields::text(std::string_view name) {
  const auto value = take(name);
  if (!value) return std::nullopt;
  if (!value->is_string()) {
    note(name, "invalid", "must be a text");
    return std::nullopt;
  }
  return std::string{value->get_string()};
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t min,
                                            std::int64_t max) {
  const auto value = take(name);
  if (!value) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  if (error || value->is_double() || number < min || number > max) {
    note(name, "invalid", fmt::format("must be a whole number from {} to {}", min, max));
    return std::nullopt;
  }
  return number;
}

std::optional<double> Fields::number(std::string_view name) {
  const auto value = take(name);
  if (!value) return std::nullopt;
  if (!value->is_number()) {
    note(name, "invalid", "must be a number");
    return std::nullopt;
  }
  return value->to_number<double>();
}

std::optional<bool> Fields::flag(std::string_view name) {
  const auto value = take(name);
  if (!value) return std::nullopt;
  if (!value->is_bool()) {
    note(name, "invalid", "must be true or false");
    return std::nullopt;
  }
  return value->get_bool();
}

std::optional<std::int64_t> Fields::time(std::string_view name) {
  const auto value = take(name);
  if (!value) return std::nullopt;
  std::optional<std::uint64_t> unix_ms;
  if (value->is_string()) unix_ms = parse_time_ms(value->get_string());
  if (value->is_int64()) unix_ms = parse_time_ms(std::to_string(value->get_int64()));
  if (!unix_ms) {
    note(name, "invalid", "must be a time such as 2026-05-02T10:00:00Z, or unix seconds");
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*unix_ms / 1000);
}

std::optional<boost::json::array> Fields::list(std::string_view name) {
  auto value = take(name);
  if (!value) return std::nullopt;
  if (!value->is_array()) {
    note(name, "invalid", "must be a list, [...]");
    return std::nullopt;
  }
  return std::move(value->get_array());
}

std::optional<std::string> Fields::choice(std::string_view name,
                                          std::span<const std::string_view> choices) {
  auto word = text(name);
  if (word && std::ranges::find(choices, *word) == choices.end()) {
    note(name, "invalid", fmt::format("must be one of {}", fmt::join(choices, ", ")));
    return std::nullopt;
  }
  return word;
}

bool Fields::cleared(std::string_view name) const {
  return std::ranges::find(cleared_, name) != cleared_.end();
}

void Fields::note(std::string_view name, std::string_view code, std::string detail) {
  problems_.push_back({pointer_to(name), std::string{code}, std::move(detail)});
}

bool Fields::noted(std::string_view name) const {
  return std::ranges::find(problems_, pointer_to(name), &FieldProblem::pointer) != problems_.end();
}

std::optional<Problem> Fields::finish() const {
  if (!rest_.empty()) {
    Problem problem{ProblemCode::unknown_parameter, "", std::string{rest_.begin()->key()}};
    problem.detail = "The body has a member that is not known here: " + problem.param + ".";
    for (const auto& member : rest_) {
      problem.errors.push_back({pointer_to(member.key()), "unknown", "is not known here"});
    }
    return problem;
  }
  if (problems_.empty()) return std::nullopt;
  const auto& first = problems_.front();
  Problem problem{ProblemCode::validation_failed, "", first.pointer.substr(1)};
  problem.detail = problem.param + " " + first.detail + ".";
  problem.errors = problems_;
  return problem;
}

}  // namespace waymark::tracker
