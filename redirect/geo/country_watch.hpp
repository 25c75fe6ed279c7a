// Keeps the country file in force up to date: loads it again when the file has changed, as the
// updaters of such files replace it once or twice a week. A file that is missing or cannot be used
// leaves the one in force, or none: links are served without countries rather than not at all.
// Control thread.
#pragma once

#include "common/log.hpp"
#include "redirect/geo/country_file.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

namespace waymark::redirect {

class CountryWatch {
 public:
  using Changed = std::function<void(std::shared_ptr<const CountryFile>)>;

  // Loads the file at once, if it is there. An empty path: no file, and never one.
  CountryWatch(boost::asio::io_context& control, std::filesystem::path file, Log& log);

  // From now on `changed` gets each newer file. Looks every `interval`.
  void start(Changed changed, std::chrono::milliseconds interval = std::chrono::seconds{5});
  void stop();

  // Takes up what is in the file now.
  void reload();

  // Null while no file could be used.
  std::shared_ptr<const CountryFile> current() const { return current_.load(); }

 private:
  // What tells one state of a file from another.
  struct Stamp {
    ino_t inode = 0;
    off_t bytes = 0;
    std::int64_t modified_ns = 0;

    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  Stamp stamp() const noexcept;
  void look_later();

  std::filesystem::path file_;
  Log& log_;
  boost::asio::steady_timer timer_;
  Changed changed_;
  std::chrono::milliseconds interval_{0};
  Stamp seen_;  // of the last state that was read, whether it could be used or not
  std::atomic<std::shared_ptr<const CountryFile>> current_;
};

}  // namespace waymark::redirect
