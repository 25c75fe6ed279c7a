#include "tracker/cli/stream/export_file.hpp"

#include "common/error.hpp"

#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

namespace waymark::cli {
namespace {

namespace json = boost::json;

[[noreturn]] void fail(const std::string& file, std::string_view doing) {
  throw CommandFailure(exit_code::failure,
                       fmt::format("cannot {} {}: {}", doing, file, std::strerror(errno)));
}

std::string resume_file(const std::string& name) {
  return name + ".resume";
}

void write_all(int descriptor, const std::string& name, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(name, "write");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string export_state_text(const ExportState& state) {
  return json::serialize(json::object{{"from", state.range.from},
                                      {"to", state.range.to},
                                      {"link", state.range.link},
                                      {"campaign", state.range.campaign},
                                      {"after", state.range.after},
                                      {"format", state.format},
                                      {"bytes", state.bytes},
                                      {"clicks", state.clicks}});
}

ExportState parse_export_state(const std::string& text) {
  try {
    const json::value value = json::parse(text);
    ExportState state;
    state.range.from = value.at("from").to_number<std::int64_t>();
    state.range.to = value.at("to").to_number<std::int64_t>();
    state.range.link = value.at("link").as_string();
    state.range.campaign = value.at("campaign").as_string();
    state.range.after = value.at("after").as_string();
    state.format = value.at("format").as_string();
    state.bytes = value.at("bytes").to_number<std::uint64_t>();
    state.clicks = value.at("clicks").to_number<std::uint64_t>();
    return state;
  } catch (const std::exception&) {
    throw CommandFailure(exit_code::failure,
                         "the .resume file is damaged: delete it and the export, and begin anew");
  }
}

ExportFile::ExportFile(std::string name, bool resume, ExportState& state) : name_(std::move(name)) {
  if (!resume) {
    descriptor_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor_ < 0 && errno == EEXIST) {
      throw CommandFailure(
          exit_code::conflict,
          fmt::format(
              "{} exists: --resume goes on with an export that was cut short; for a new one "
              "name another file or delete this one",
              name_));
    }
    if (descriptor_ < 0) fail(name_, "create");
    note(state);
    return;
  }
  std::ifstream noted{resume_file(name_)};
  if (!noted) {
    throw CommandFailure(exit_code::not_found,
                         fmt::format("{} is not there: nothing to go on with; leave out --resume",
                                     resume_file(name_)));
  }
  state = parse_export_state({std::istreambuf_iterator<char>{noted}, {}});
  descriptor_ = ::open(name_.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor_ < 0) fail(name_, "open");
  const auto whole = static_cast<off_t>(state.bytes);
  if (::lseek(descriptor_, 0, SEEK_END) < whole) {
    throw CommandFailure(exit_code::failure,
                         fmt::format("{} is shorter than {} says: delete both and begin anew",
                                     name_, resume_file(name_)));
  }
  if (::ftruncate(descriptor_, whole) != 0) fail(name_, "cut");
  ::lseek(descriptor_, whole, SEEK_SET);
}

ExportFile::~ExportFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void ExportFile::append(const std::string& text, ExportState& state) {
  write_all(descriptor_, name_, text);
  if (::fdatasync(descriptor_) != 0) fail(name_, "write");
  state.bytes += text.size();
  note(state);
}

void ExportFile::finish() {
  std::remove(resume_file(name_).c_str());
}

// Under a temporary name first: whoever reads it finds a whole one.
void ExportFile::note(const ExportState& state) const {
  const std::string file = resume_file(name_);
  const std::string temporary = file + ".new";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) fail(temporary, "create");
  write_all(descriptor, temporary, export_state_text(state));
  const bool synced = ::fdatasync(descriptor) == 0;
  ::close(descriptor);
  if (!synced || std::rename(temporary.c_str(), file.c_str()) != 0) fail(file, "write");
}

}  // namespace waymark::cli
