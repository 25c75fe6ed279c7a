// Reads the members of a JSON body, strictly: each is taken by name and type, what is left over is
// an unknown parameter, what does not fit is collected so that one answer names every mistake.
//
//   auto fields = Fields::read(request.body);
//   link.destination = fields->text("destination").value_or("");
//   if (auto problem = fields->finish()) return *problem;
#pragma once

#include "tracker/api/problem.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker {

class Fields {
 public:
  // Fails with invalid_json: not JSON, not an object, a name twice in one object, nested too
  // deeply.
  static Checked<Fields> read(std::string_view body);

  // Each takes the member off. Nothing when it is absent, null or of a wrong type or range; the
  // last is noted. cleared() tells null from absent.
  std::optional<std::string> text(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<double> number(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::int64_t> time(std::string_view name);  // unix seconds
  std::optional<boost::json::array> list(std::string_view name);
  // One of `choices`.
  std::optional<std::string> choice(std::string_view name,
                                    std::span<const std::string_view> choices);

  // True when the member, taken before, was null.
  bool cleared(std::string_view name) const;

  void note(std::string_view name, std::string_view code, std::string detail);
  bool noted(std::string_view name) const;

  // Nothing when every member was taken and none had a problem.
  std::optional<Problem> finish() const;

 private:
  explicit Fields(boost::json::object members) : rest_(std::move(members)) {}
  std::optional<boost::json::value> take(std::string_view name);

  boost::json::object rest_;
  std::vector<std::string> cleared_;
  std::vector<FieldProblem> problems_;
};

// Changes `value` as PATCH means it (RFC 7396): `read` is what the member said, null gives
// `fallback`, an absent member leaves the value.
template <class Read, class Value>
void merge(const Fields& fields, std::string_view name, Read read, Value& value, Value fallback) {
  if (read) {
    value = std::move(*read);
  } else if (fields.cleared(name)) {
    value = std::move(fallback);
  }
}

inline void merge_text(Fields& fields, std::string_view name, std::string& value,
                       std::string fallback = {}) {
  merge(fields, name, fields.text(name), value, std::move(fallback));
}

}  // namespace waymark::tracker
