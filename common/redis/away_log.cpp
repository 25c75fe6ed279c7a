#include "common/redis/away_log.hpp"

#include "common/error.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace waymark::redis {

AwayLog::AwayLog(Log& log, std::string name, std::string address)
    : log_(log), name_(std::move(name)), address_(std::move(address)) {}

void AwayLog::away(boost::system::error_code error, std::string_view reason,
                   Clock::time_point now) {
  ++failures_;
  const bool needs_person = error == Errc::redis_refused || error == Errc::redis_too_old ||
                            error == boost::asio::error::host_not_found ||
                            error == boost::asio::error::host_not_found_try_again;
  if (away_ && !(needs_person && reason != reason_)) return;
  if (!away_) since_ = now;
  away_ = true;
  reason_ = reason;
  log_.warning("redis.away", "Redis is away; trying until it is back",
               {{"connection", name_}, {"redis", address_}, {"reason", reason}});
}

void AwayLog::back(std::string_view version, Clock::time_point now) {
  if (!away_) {
    log_.debug("redis.connected", "Redis is connected",
               {{"connection", name_}, {"redis", address_}, {"version", version}});
    return;
  }
  const std::chrono::duration<double> away_for = now - since_;
  log_.info("redis.back", "Redis is back",
            {{"connection", name_},
             {"redis", address_},
             {"version", version},
             {"attempts", failures_},
             {"away_s", away_for.count()}});
  away_ = false;
  failures_ = 0;
}

}  // namespace waymark::redis
