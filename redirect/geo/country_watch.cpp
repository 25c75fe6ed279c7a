#include "redirect/geo/country_watch.hpp"

#include "common/error.hpp"

#include <utility>

namespace waymark::redirect {

CountryWatch::CountryWatch(boost::asio::io_context& control, std::filesystem::path file, Log& log)
    : file_(std::move(file)), log_(log), timer_(control) {
  reload();
}

void CountryWatch::start(Changed changed, std::chrono::milliseconds interval) {
  changed_ = std::move(changed);
  interval_ = interval;
  if (!file_.empty()) look_later();
}

void CountryWatch::stop() {
  timer_.cancel();
  interval_ = {};
}

void CountryWatch::reload() {
  if (file_.empty()) return;
  // First the stamp: a change while we read is seen as one the next time.
  seen_ = stamp();
  try {
    const auto file = CountryFile::load(file_);
    current_.store(file);
    log_.info("geo.loaded", "Country file read",
              {{"file", file_.string()}, {"kind", file->kind()}, {"built", file->built_at()}});
    if (changed_) changed_(file);
  } catch (const StartupError& error) {
    if (current()) {
      log_.error("geo.kept", "Country file cannot be used: the one in force stays",
                 {{"reason", error.what()}});
    } else {
      log_.warning(
          "geo.off",
          "Country file cannot be used: until it can, no country is known and no rule that "
          "asks for one holds",
          {{"reason", error.what()}});
    }
  }
}

CountryWatch::Stamp CountryWatch::stamp() const noexcept {
  struct stat status {};
  if (::stat(file_.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size,
          status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec};
}

void CountryWatch::look_later() {
  timer_.expires_after(interval_);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error || interval_ == std::chrono::milliseconds{}) return;
    // One that is just being copied looks broken, and changes again when it is whole; one that is
    // gone is about to be replaced.
    const Stamp now = stamp();
    if (now != seen_ && now != Stamp{}) reload();
    look_later();
  });
}

}  // namespace waymark::redirect
