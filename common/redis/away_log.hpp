// Says once that Redis went away and once that it is back, however many attempts lie between.
#pragma once

#include "common/log.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::redis {

class AwayLog {
 public:
  using Clock = std::chrono::steady_clock;

  // `name` is the connection's, `address` the URL without its password.
  AwayLog(Log& log, std::string name, std::string address);

  // An attempt failed or a connection ended. `reason` is for people. A reason that only a person
  // can remove (wrong password, too old) is said again when it replaces another.
  void away(boost::system::error_code error, std::string_view reason, Clock::time_point now);
  void back(std::string_view version, Clock::time_point now);

 private:
  Log& log_;
  std::string name_, address_;
  bool away_ = false;
  std::string reason_;
  std::uint64_t failures_ = 0;
  Clock::time_point since_;
};

}  // namespace waymark::redis
