// QR codes of one thread: drawn once, kept for the next who asks, and not drawn faster than a limit
// allows, since drawing takes a hundred times as long as a redirect.
#pragma once

#include "redirect/links/token_bucket.hpp"
#include "redirect/pages/qr_code.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::redirect {

class QrDesk {
 public:
  using Picture = std::shared_ptr<const std::string>;

  enum class Status : std::uint8_t {
    kept,      // drawn earlier
    drawn,     // just now
    too_fast,  // the limit of drawings is reached: no picture
    failed,    // the text is too long, or memory is short: no picture
  };
  struct Answer {
    Status status = Status::failed;
    Picture picture;
  };

  // `rate` is drawings a second; as many may come at once, and one in any case.
  explicit QrDesk(double rate);

  // `now_ms` is any clock that does not jump back.
  Answer find(std::string_view text, QrFormat format, std::size_t side, std::uint64_t now_ms);

  // Pictures pushed out because limits::qr_bytes_max was reached, the oldest first.
  std::uint64_t evictions() const noexcept { return evictions_; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  void keep(std::string name, const Picture& picture);

  TokenBucket drawings_;
  boost::unordered_flat_map<std::string, Picture> pictures_;
  std::deque<std::string> order_;  // oldest first
  std::size_t bytes_ = 0;
  std::uint64_t evictions_ = 0;
};

}  // namespace waymark::redirect
