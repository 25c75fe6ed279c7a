// One command, encoded as RESP while it is built.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace waymark::redis {

class Command {
 public:
  // Not an initializer list: GCC 12 cannot build one inside a co_await expression.
  template <std::convertible_to<std::string_view>... Arguments>
  Command(std::string_view first, const Arguments&... more) {
    add(first);
    (add(std::string_view{more}), ...);
  }
  Command& add(std::string_view argument);
  Command& add(std::int64_t argument);
  // The parts, one after another, as a single argument.
  Command& add(std::span<const std::string_view> parts);

  // The encoded bytes: `*<count>\r\n` and the arguments.
  void append_to(std::string& bytes) const;
  std::string encoded() const;
  std::size_t encoded_bytes() const noexcept;
  // The key whose slot decides which server of a Cluster takes the command; empty for commands
  // without one. No command of ours has keys in several slots.
  std::string_view key() const noexcept;
  // First argument, for logs and metrics.
  std::string_view name() const noexcept { return name_; }

 private:
  // Empty past the last.
  std::string_view argument(std::size_t index) const noexcept;

  std::string name_;
  std::string arguments_;
  std::size_t count_ = 0;
};

}  // namespace waymark::redis
