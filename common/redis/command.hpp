// One command, encoded as RESP while it is built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace waymark::redis {

class Command {
 public:
  Command(std::initializer_list<std::string_view> arguments);
  Command& add(std::string_view argument);
  Command& add(std::int64_t argument);

  // The encoded bytes: `*<count>\r\n` and the arguments.
  std::string encoded() const;
  std::size_t encoded_bytes() const noexcept;
  // First argument, for logs and metrics.
  std::string_view name() const noexcept { return name_; }

 private:
  std::string name_;
  std::string arguments_;
  std::size_t count_ = 0;
};

}  // namespace waymark::redis
