#include "loadtest/kit/json_lines.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cmath>

namespace waymark::loadtest {
namespace {

namespace json = boost::json;

constexpr int levels_broken = 2;

class Lines {
 public:
  void write(const json::value& value, int level) {
    if (const auto* object = value.if_object()) {
      list(*object, '{', '}', level, level < levels_broken, [&](const auto& member) {
        text_ += json::serialize(member.key()) + ": ";
        write(member.value(), level + 1);
      });
    } else if (const auto* array = value.if_array()) {
      const bool of_objects = !array->empty() && array->front().is_object();
      list(*array, '[', ']', level, level < levels_broken && of_objects,
           [&](const json::value& entry) { write(entry, levels_broken); });
    } else if (const auto* number = value.if_double()) {
      text_ += std::isfinite(*number) ? fmt::format("{}", *number) : "null";
    } else {
      text_ += json::serialize(value);
    }
  }

  std::string take() { return std::move(text_); }

 private:
  template <class List, class F>
  void list(const List& entries, char open, char close, int level, bool broken, F&& write_entry) {
    text_ += open;
    bool first = true;
    for (const auto& entry : entries) {
      if (!first) text_ += broken ? "," : ", ";
      if (broken) new_line(level + 1);
      write_entry(entry);
      first = false;
    }
    if (broken && !first) new_line(level);
    text_ += close;
  }

  void new_line(int level) {
    text_ += '\n';
    text_.append(static_cast<std::size_t>(level) * 2, ' ');
  }

  std::string text_;
};

}  // namespace

std::string json_lines(const json::value& value) {
  Lines lines;
  lines.write(value, 0);
  return lines.take();
}

}  // namespace waymark::loadtest
