#include "common/error.hpp"

namespace waymark {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "waymark"; }

  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::malformed_code: return "not a short code";
      case Errc::malformed_uuid: return "not a UUID";
      case Errc::malformed_line: return "not a click line";
      case Errc::unknown_line_version: return "click line of an unknown version";
      case Errc::malformed_figure: return "not a committed figure";
      case Errc::invalid_token: return "token does not verify";
      case Errc::forged_token: return "token is forged";
      case Errc::redis_unavailable: return "Redis is not connected";
      case Errc::redis_timeout: return "Redis did not answer in time";
      case Errc::redis_connection_lost: return "connection to Redis lost before the reply";
      case Errc::redis_protocol: return "unexpected reply from Redis";
      case Errc::redis_refused: return "Redis refused the command";
      case Errc::redis_overloaded: return "too many commands are waiting for Redis";
      case Errc::redis_too_old: return "Redis is older than 6.2";
      case Errc::journal_full: return "journal is full";
      case Errc::journal_io: return "journal cannot be written";
      case Errc::store_busy: return "store is busy";
      case Errc::store_unavailable: return "store is not available";
      case Errc::store_corrupt: return "store contradicts itself";
      case Errc::not_found: return "not found";
      case Errc::conflict: return "conflict";
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace waymark
