#include "tracker/cli/private_file.hpp"

#include "common/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waymark::cli {

void write_private_file(const std::filesystem::path& file, std::string_view text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno == EEXIST) {
    throw StartupError(
        exit_code::conflict,
        fmt::format("{} exists and is not overwritten: choose another name", file.string()));
  }
  const bool written =
      descriptor >= 0 &&
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  if (!written) {
    throw StartupError(exit_code::failure,
                       fmt::format("cannot write {}: {}", file.string(), std::strerror(error)));
  }
}

}  // namespace waymark::cli
