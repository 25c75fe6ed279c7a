// QR codes of one thread: drawn once, kept for the next who asks, and not drawn faster than a limit
// allows, since drawing takes a hundred times as long as a redirect.
//
// A code has few pictures, whatever sizes are asked for: one SVG, whose size is put in when it is
// handed out, and a PNG for each number of pixels that a module can have (at most 70).
#pragma once

#include "redirect/links/token_bucket.hpp"
#include "redirect/pages/qr_code.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace waymark::redirect {

class QrDesk {
 public:
  using Picture = std::shared_ptr<const std::string>;

  enum class Status : std::uint8_t {
    drawn,
    too_fast,  // the limit of drawings is reached: no picture
    failed,    // the text is too long, or memory is short: no picture
  };
  struct Drawing {
    Status status = Status::failed;
    Picture picture;
  };

  // `rate` is drawings a second; as many may come at once, and one in any case.
  explicit QrDesk(double rate);

  // Null when it has to be drawn.
  Picture kept(const std::string& text, QrFormat format, std::size_t side) const;
  // `now_ms` is any clock that does not jump back.
  Drawing draw(const std::string& text, QrFormat format, std::size_t side, std::uint64_t now_ms);

  // Codes pushed out with their pictures because limits::qr_bytes_max was reached, the oldest
  // first.
  std::uint64_t evictions() const noexcept { return evictions_; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct Scaled {
    std::size_t scale = 0;  // of a PNG; 0: the SVG
    Picture picture;
  };
  struct Code {
    std::size_t modules = 0;
    std::size_t bytes = 0;
    std::vector<Scaled> pictures;
  };
  void keep(const std::string& text, std::size_t modules, Scaled picture);

  TokenBucket drawings_;
  boost::unordered_flat_map<std::string, Code> codes_;  // by text
  std::deque<std::string> order_;                       // oldest first
  std::size_t bytes_ = 0;
  std::uint64_t evictions_ = 0;
};

}  // namespace waymark::redirect
