#include "loadtest/kit/result_json.hpp"

#include "common/error.hpp"
#include "loadtest/kit/figures.hpp"
#include "loadtest/kit/json_lines.hpp"
#include "loadtest/kit/result_fields.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

namespace waymark::loadtest {
namespace {

namespace json = boost::json;

json::array buckets_value(std::span<const Histogram::Bucket> buckets) {
  json::array list;
  list.reserve(buckets.size());
  for (const auto& [index, count] : buckets) list.push_back({index, count});
  return list;
}

struct Writer {
  json::object object;

  template <class T>
  void operator()(std::string_view name, const T& member) {
    object[name] = value_of(member);
  }
  void operator()(std::string_view name, const std::optional<ClickTruth>& member) {
    if (member) object[name] = value_of(*member);
  }

  template <class T>
  static json::value value_of(const T& member) {
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      return json::value(member);
    } else {
      Writer inner;
      each_member(inner, member);
      return std::move(inner.object);
    }
  }
  template <class T>
  static json::value value_of(const std::vector<T>& members) {
    json::array list;
    for (const auto& member : members) list.push_back(value_of(member));
    return list;
  }
  template <class Key, class T>
  static json::value value_of(const std::map<Key, T>& members) {
    json::object made;
    for (const auto& [key, member] : members) made[fmt::to_string(key)] = value_of(member);
    return made;
  }
  static json::value value_of(const std::vector<Histogram::Bucket>& buckets) {
    return buckets_value(buckets);
  }
  static json::value value_of(const Histogram& histogram) {
    json::object percentiles;
    for (const auto& [name, quantile] : percentiles_shown)
      percentiles[name] = histogram.at(quantile);
    return json::object{{"count", histogram.count()},
                        {"min_ns", histogram.min()},
                        {"max_ns", histogram.max()},
                        {"sum_ns", histogram.sum()},
                        {"percentiles_ns", std::move(percentiles)},
                        {"buckets", buckets_value(histogram.buckets())}};
  }
};

}  // namespace

std::string to_json(const RunResult& result) {
  return json_lines(Writer::value_of(result)) + '\n';
}

RunResult read_result(const std::string& file) {
  std::ifstream in{file, std::ios::binary | std::ios::ate};
  if (!in) {
    throw StartupError(exit_code::failure,
                       fmt::format("cannot read {}: {}", file, std::strerror(errno)));
  }
  const auto size = in.tellg();
  if (size < 0 || static_cast<std::size_t>(size) > limits::result_bytes_max) {
    throw StartupError(exit_code::failure,
                       fmt::format("{}: no file, or longer than the {} MiB of any result", file,
                                   limits::result_bytes_max / (1024 * 1024)));
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  in.read(text.data(), size);
  return parse_result(text, file);
}

void write_file(const std::string& file, std::string_view text) {
  if (file == "-") {
    std::cout << text << std::flush;
    return;
  }
  std::ofstream out{file, std::ios::binary};
  out << text << std::flush;
  if (!out) {
    throw StartupError(exit_code::failure,
                       fmt::format("cannot write {}: {}", file, std::strerror(errno)));
  }
}

}  // namespace waymark::loadtest
