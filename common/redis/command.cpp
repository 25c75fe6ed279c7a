#include "common/redis/command.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace waymark::redis {
namespace {

// Commands of ours without a key, and those whose key follows a word of their own.
constexpr std::array<std::string_view, 14> keyless{
    "ACL",      "AUTH", "CLIENT", "CLUSTER", "CONFIG", "DBSIZE",    "EXEC",
    "FLUSHALL", "INFO", "MULTI",  "PING",    "SCAN",   "SUBSCRIBE", "TIME"};
constexpr std::array<std::string_view, 4> with_subcommand{"MEMORY", "OBJECT", "XGROUP", "XINFO"};

bool is_one_of(std::string_view name, const auto& names) {
  return std::ranges::any_of(names, [&](std::string_view one) {
    return one.size() == name.size() && ::strncasecmp(one.data(), name.data(), name.size()) == 0;
  });
}

void add_size(std::string& arguments, std::size_t bytes) {
  const fmt::format_int digits{bytes};
  arguments.append(1, '$').append(digits.data(), digits.size()).append("\r\n");
}

}  // namespace

Command& Command::add(std::string_view argument) {
  if (count_ == 0) name_ = argument;
  ++count_;
  add_size(arguments_, argument.size());
  arguments_.append(argument).append("\r\n");
  return *this;
}

Command& Command::add(std::int64_t argument) {
  return add(fmt::format_int{argument}.c_str());
}

Command& Command::add(std::span<const std::string_view> parts) {
  std::size_t bytes = 0;
  for (const std::string_view part : parts) bytes += part.size();
  ++count_;
  arguments_.reserve(arguments_.size() + bytes + 32);
  add_size(arguments_, bytes);
  for (const std::string_view part : parts) arguments_.append(part);
  arguments_.append("\r\n");
  return *this;
}

std::string_view Command::argument(std::size_t index) const noexcept {
  std::string_view rest = arguments_;
  for (;; --index) {
    if (rest.empty()) return {};
    const std::size_t line_end = rest.find('\r');
    std::size_t bytes = 0;
    std::from_chars(rest.data() + 1, rest.data() + line_end, bytes);
    if (index == 0) return rest.substr(line_end + 2, bytes);
    rest.remove_prefix(line_end + 2 + bytes + 2);
  }
}

std::string_view Command::key() const noexcept {
  if (is_one_of(name_, keyless)) return {};
  if (is_one_of(name_, with_subcommand)) return argument(2);
  if (!is_one_of(name_, std::array<std::string_view, 2>{"XREAD", "XREADGROUP"})) return argument(1);
  for (std::size_t i = 1; i < count_; ++i) {
    if (is_one_of(argument(i), std::array<std::string_view, 1>{"STREAMS"})) return argument(i + 1);
  }
  return {};
}

void Command::append_to(std::string& bytes) const {
  const fmt::format_int digits{count_};
  bytes.append(1, '*').append(digits.data(), digits.size()).append("\r\n").append(arguments_);
}

std::string Command::encoded() const {
  std::string bytes;
  append_to(bytes);
  return bytes;
}

std::size_t Command::encoded_bytes() const noexcept {
  std::size_t digits = 1;
  for (std::size_t rest = count_ / 10; rest != 0; rest /= 10) ++digits;
  return digits + 3 + arguments_.size();  // '*' and the line's end
}

}  // namespace waymark::redis
