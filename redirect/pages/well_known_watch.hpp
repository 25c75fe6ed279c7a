// Keeps the files under `/.well-known/` up to date: reads them again as soon as something changes
// in their folder (inotify), since who checks a domain for a certificate (ACME, RFC 8555
// section 8.3) asks within the second after the answer was laid there. What cannot be used leaves
// the files in force. Control thread.
#pragma once

#include "common/log.hpp"
#include "redirect/pages/well_known.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>

namespace waymark::redirect {

class WellKnownWatch {
 public:
  using Changed = std::function<void(std::shared_ptr<const WellKnownFiles>)>;

  // Loads the files at once; throws StartupError. An empty `folder`: no files, and never any.
  // Where the kernel has no watches left, a warning: then changes are for read() to find.
  WellKnownWatch(boost::asio::io_context& control, std::string folder, Log& log);

  // `changed` gets the files in force, and from now on each newer set.
  void start(Changed changed);
  // What is in the folder now, for a reload that is all or nothing: read, then use. read() throws
  // StartupError; null without a folder.
  std::shared_ptr<const WellKnownFiles> read();
  void use(std::shared_ptr<const WellKnownFiles> files);
  void stop();

 private:
  void open();
  void warn_unwatched(const std::string& folder, int error);
  void watch_folders();
  void await_change();
  void settle();
  void reload();

  std::string folder_;
  Log& log_;
  boost::asio::posix::stream_descriptor events_;
  boost::asio::steady_timer settled_;
  Changed changed_;
  std::shared_ptr<const WellKnownFiles> files_;
};

}  // namespace waymark::redirect
