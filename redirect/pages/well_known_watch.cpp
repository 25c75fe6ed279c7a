#include "redirect/pages/well_known_watch.hpp"

#include "common/limits.hpp"

#include <boost/asio/buffer.hpp>
#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

namespace waymark::redirect {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t changes =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;

// A file appears before it is written: whoever does both gets this long.
constexpr auto settling = std::chrono::milliseconds{20};

}  // namespace

WellKnownWatch::WellKnownWatch(boost::asio::io_context& control, std::string folder, Log& log)
    : folder_(std::move(folder)), log_(log), events_(control), settled_(control) {
  // First the watches: a change while we read is seen as one.
  open();
  files_ = WellKnownFiles::load(folder_);
}

void WellKnownWatch::start(Changed changed) {
  changed_ = std::move(changed);
  changed_(files_);
  await_change();
}

void WellKnownWatch::stop() {
  boost::system::error_code ignored;
  events_.close(ignored);
  settled_.cancel();
}

std::shared_ptr<const WellKnownFiles> WellKnownWatch::read() {
  if (folder_.empty()) return nullptr;
  watch_folders();
  return WellKnownFiles::load(folder_);
}

void WellKnownWatch::use(std::shared_ptr<const WellKnownFiles> files) {
  if (!files) return;
  files_ = std::move(files);
  changed_(files_);
  log_.info("wellknown.reloaded", "Files read again", {{"files", files_->size()}});
}

void WellKnownWatch::reload() try { use(read()); } catch (const StartupError& error) {
  log_.error("wellknown.kept", "Files cannot be used: those in force stay",
             {{"reason", error.what()}});
}

void WellKnownWatch::open() {
  if (folder_.empty()) return;
  const int fd = inotify_init1(IN_CLOEXEC);
  if (fd < 0) return warn_unwatched(folder_, errno);
  events_.assign(fd);
  events_.non_blocking(true);
  watch_folders();
}

void WellKnownWatch::warn_unwatched(const std::string& folder, int error) {
  log_.warning("wellknown.unwatched", "Changes in this folder are seen on SIGHUP only",
               {{"folder", folder}, {"reason", std::generic_category().message(error)}});
}

// A folder that is watched already stays so. One that cannot be read, or that holds more than is
// ever served, is the loader's to name.
void WellKnownWatch::watch_folders() {
  if (!events_.is_open()) return;
  const auto watch = [this](const fs::path& folder) {
    if (inotify_add_watch(events_.native_handle(), folder.c_str(), changes) >= 0) return;
    if (errno == ENOSPC || errno == ENOMEM) warn_unwatched(folder.string(), errno);
  };
  watch(folder_);
  std::size_t seen = 0;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator{folder_, error};
       !error && at != fs::end(at) && ++seen <= 2 * limits::well_known_files_max;
       at.increment(error)) {
    if (at->path().filename().string().starts_with('.')) at.disable_recursion_pending();
    if (at->is_directory(error)) watch(at->path());
  }
}

// What has changed does not matter: the files are few, and read as a whole.
void WellKnownWatch::await_change() {
  if (!events_.is_open()) return;
  events_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](boost::system::error_code error) {
                       if (error) return;
                       settle();
                     });
}

void WellKnownWatch::settle() {
  settled_.expires_after(settling);
  settled_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    std::array<char, 4'096> ignored;
    while (events_.read_some(boost::asio::buffer(ignored), error) > 0) {
    }
    reload();
    await_change();
  });
}

}  // namespace waymark::redirect
