#include "common/redis/command.hpp"

#include <fmt/format.h>

namespace waymark::redis {
namespace {

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

std::string Command::encoded() const {
  return fmt::format("*{}\r\n", count_).append(arguments_);
}

std::size_t Command::encoded_bytes() const noexcept {
  std::size_t digits = 1;
  for (std::size_t rest = count_ / 10; rest != 0; rest /= 10) ++digits;
  return digits + 3 + arguments_.size();  // '*' and the line's end
}

}  // namespace waymark::redis
