#include "common/error.hpp"
#include "loadtest/kit/result_fields.hpp"
#include "loadtest/kit/result_json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace waymark::loadtest {
namespace {

namespace json = boost::json;

// Reads the members of one object. `place_` names it for messages: "servers[1].".
class Reader {
 public:
  Reader(std::string_view file, std::string place, const json::object& object)
      : file_(file), place_(std::move(place)), object_(object) {}

  template <class T>
  void operator()(std::string_view name, T& member) const {
    const auto* value = object_.if_contains(name);
    if (value != nullptr && !value->is_null()) read(*value, place_ + std::string{name}, member);
  }

  [[noreturn]] void refuse(std::string_view place, std::string_view what) const {
    throw StartupError(exit_code::failure, fmt::format("{}: {} {}", file_, place, what));
  }

 private:
  template <class T>
  void read(const json::value& value, const std::string& place, T& member) const {
    if constexpr (std::is_same_v<T, bool>) {
      if (!value.is_bool()) refuse(place, "is not true or false");
      member = value.get_bool();
    } else if constexpr (std::is_integral_v<T>) {
      boost::system::error_code error;
      member = value.is_number() ? value.to_number<T>(error) : T{};
      if (!value.is_number() || error) refuse(place, "is not a whole number in range");
    } else if constexpr (std::is_same_v<T, double>) {
      if (!value.is_number()) refuse(place, "is not a number");
      member = value.to_number<double>();
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!value.is_string()) refuse(place, "is not a text");
      member = value.get_string();
    } else {
      const Reader reader = inner(value, place);
      each_member(reader, member);
    }
  }

  template <class T>
  void read(const json::value& value, const std::string& place, std::vector<T>& members) const {
    const auto& list = array(value, place);
    members.resize(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
      read(list[i], fmt::format("{}[{}]", place, i), members[i]);
    }
  }

  void read(const json::value& value, const std::string& place,
            std::optional<ClickTruth>& member) const {
    read(value, place, member.emplace());
  }

  void read(const json::value& value, const std::string& place,
            std::map<int, std::uint64_t>& members) const {
    for (const auto& [key, count] : object(value, place)) {
      int status = 0;
      const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), status);
      if (error != std::errc{} || end != key.data() + key.size()) {
        refuse(place, fmt::format("has '{}' where a status stands", std::string_view{key}));
      }
      read(count, fmt::format("{}.{}", place, status), members[status]);
    }
  }

  void read(const json::value& value, const std::string& place,
            std::map<std::string, Kind>& members) const {
    for (const auto& [key, kind] : object(value, place)) {
      read(kind, fmt::format("{}.{}", place, std::string_view{key}), members[std::string{key}]);
    }
  }

  void read(const json::value& value, const std::string& place,
            std::vector<Histogram::Bucket>& buckets) const {
    for (const auto& entry : array(value, place)) {
      const auto* pair = entry.if_array();
      if (pair == nullptr || pair->size() != 2) refuse(place, "is not a list of [index, count]");
      auto& bucket = buckets.emplace_back();
      read(pair->at(0), place, bucket.index);
      read(pair->at(1), place, bucket.count);
    }
  }

  void read(const json::value& value, const std::string& place, Histogram& histogram) const {
    std::vector<Histogram::Bucket> buckets;
    std::uint64_t min = 0;
    std::uint64_t max = 0;
    std::uint64_t sum = 0;
    const auto reader = inner(value, place);
    reader("buckets", buckets);
    reader("min_ns", min);
    reader("max_ns", max);
    reader("sum_ns", sum);
    auto restored = Histogram::restore(buckets, min, max, sum);
    if (!restored) refuse(place, "has buckets that contradict its extremes");
    histogram = std::move(*restored);
  }

  Reader inner(const json::value& value, const std::string& place) const {
    return {file_, place + ".", object(value, place)};
  }
  const json::object& object(const json::value& value, const std::string& place) const {
    if (!value.is_object()) refuse(place, "is not an object");
    return value.get_object();
  }
  const json::array& array(const json::value& value, const std::string& place) const {
    if (!value.is_array()) refuse(place, "is not a list");
    return value.get_array();
  }

  std::string_view file_;
  std::string place_;
  const json::object& object_;
};

void check_version(const Reader& reader, const json::object& object) {
  for (const std::string_view needed : {"version", "url", "mode", "latency"}) {
    if (!object.contains(needed)) {
      reader.refuse(needed, "is missing: no result of waymark-loadtest (its --json)");
    }
  }
  int version = 0;
  reader("version", version);
  if (version < 1 || version > result_version) {
    reader.refuse("version", fmt::format("is {}, this program reads up to {}: use the "
                                         "waymark-loadtest that wrote it or a newer one",
                                         version, result_version));
  }
}

}  // namespace

RunResult parse_result(std::string_view text, std::string_view file) {
  boost::system::error_code error;
  const auto value = json::parse(text, error);
  if (error || !value.is_object()) {
    throw StartupError(exit_code::failure,
                       fmt::format("{}: not JSON of one object: no result of waymark-loadtest "
                                   "(its --json){}{}",
                                   file, error ? ": " : "", error ? error.message() : ""));
  }
  const Reader reader{file, "", value.get_object()};
  check_version(reader, value.get_object());
  RunResult result;
  each_member(reader, result);
  if (result.step_seconds == 0) reader.refuse("step_seconds", "is 0");
  return result;
}

}  // namespace waymark::loadtest
