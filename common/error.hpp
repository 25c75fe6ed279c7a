// The one list of things that may go wrong in normal operation, as values.
//
// Traffic and the outside world (Redis, disk, store) report failures through Result<T>; exceptions
// are for start-up (StartupError) and for bugs.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>

namespace waymark {

enum class Errc {
  // Text that does not have the form it should have.
  malformed_code = 1,    // short code outside [A-Za-z0-9_-]{1,64}
  malformed_uuid,        // not the 36-character text form
  malformed_line,        // click line that is not JSON of the known shape
  unknown_line_version,  // click line with a `v` that this program does not know
  malformed_figure,      // committed figure in wm:committed that cannot be read

  // Tokens and keys.
  invalid_token,  // wrong length, wrong characters or a MAC that does not verify
  forged_token,   // of a cookie alone: it has the form of one, and its MAC does not verify

  // Redis.
  redis_unavailable,      // not connected; nothing was sent
  redis_timeout,          // no reply within the deadline; the command may have been carried out
  redis_connection_lost,  // connection ended before the reply; likewise
  redis_protocol,         // bytes that are not RESP, or a reply of an unexpected type
  redis_refused,          // an error reply, such as -OOM or -NOAUTH
  redis_overloaded,       // too many commands are waiting already; nothing was sent
  redis_too_old,          // older than 6.2

  // Journal.
  journal_full,  // journal.max_bytes is reached by owed clicks alone, or the disk is full
  journal_io,    // the disk reported an error

  // Store.
  store_busy,         // locked or in conflict past the retry limit; try again
  store_unavailable,  // cannot be reached, read-only or full
  store_corrupt,      // the store contradicts itself; needs a person

  // API.
  not_found,
  conflict,
};

const boost::system::error_category& error_category() noexcept;

inline boost::system::error_code make_error_code(Errc value) noexcept {
  return {static_cast<int>(value), error_category()};
}

template <class T = void>
using Result = boost::system::result<T>;

// What ends a program at start: bad settings, a port in use, an unreadable file. The message is one
// line naming the thing, the place and the remedy; `exit_code` follows sysexits where one fits.
class StartupError : public std::runtime_error {
 public:
  StartupError(int exit_code, const std::string& message)
      : std::runtime_error(message), exit_code_(exit_code) {}
  int exit_code() const noexcept { return exit_code_; }

 private:
  int exit_code_;
};

// Exit codes of all programs.
namespace exit_code {
inline constexpr int ok = 0;
inline constexpr int failure = 1;
inline constexpr int usage = 2;
inline constexpr int not_found = 3;
inline constexpr int conflict = 4;
inline constexpr int partial = 5;
inline constexpr int unavailable = 69;
inline constexpr int temporary = 75;
inline constexpr int config = 78;
}  // namespace exit_code

}  // namespace waymark

template <>
struct boost::system::is_error_code_enum<waymark::Errc> : std::true_type {};
