#include "loadtest/kit/mix_replay.hpp"

#include "common/error.hpp"
#include "loadtest/mix/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace waymark::loadtest {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{1} << 30;
constexpr std::size_t kinds_max = 64;

struct EntryHead {
  std::size_t bytes = 0;
  int status = 0;
  std::string_view kind;
};

// "<bytes> <status> <kind>"
std::optional<EntryHead> read_entry_head(std::string_view line) {
  EntryHead head;
  const char* const end = line.data() + line.size();
  const auto [after_bytes, no_bytes] = std::from_chars(line.data(), end, head.bytes);
  if (no_bytes != std::errc{} || after_bytes == end || *after_bytes != ' ') return std::nullopt;
  const auto [after_status, no_status] = std::from_chars(after_bytes + 1, end, head.status);
  if (no_status != std::errc{} || after_status == end || *after_status != ' ') return std::nullopt;
  head.kind = {after_status + 1, static_cast<std::size_t>(end - after_status - 1)};
  const bool valid = !head.kind.empty() && head.status >= 0 && head.status < 1000;
  return valid ? std::optional{head} : std::nullopt;
}

}  // namespace

class ReplaySource : public RequestSource {
 public:
  ReplaySource(const MixReplay& mix, std::size_t thread, std::size_t threads)
      : mix_(mix),
        random_(mix.seed_ + thread),
        at_(thread % mix.entries_.size()),
        step_(threads % mix.entries_.size()) {}

  Request next() override {
    const MixReplay::Entry& entry = mix_.entries_[at_];
    at_ = (at_ + step_) % mix_.entries_.size();
    Request request;
    request.bytes = entry.bytes;
    request.kind = entry.kind;
    request.head = entry.head;
    request.status = entry.status;
    request.may_be_unknown = entry.status == 0;
    if (mix_.own_connection_ > 0) request.own_connection = random_.chance(mix_.own_connection_);
    return request;
  }

 private:
  const MixReplay& mix_;
  mix::Random random_;
  std::size_t at_;
  const std::size_t step_;
};

MixReplay::MixReplay(std::string_view text, const std::string& name, const RequestCommon& common,
                     std::uint64_t seed)
    : own_connection_(common.own_connection), seed_(seed) {
  const std::string added = header_lines(common.headers);
  const std::size_t size = text.size();
  while (!text.empty()) {
    const std::size_t place = size - text.size();
    const std::size_t line = std::min(text.find('\n'), text.size());
    const auto head = read_entry_head(text.substr(0, line));
    text.remove_prefix(std::min(line + 1, text.size()));
    if (!head || head->bytes > text.size() || head->bytes < 2) {
      throw StartupError(exit_code::config,
                         fmt::format("{}: byte {}: no '<bytes> <status> <kind>' with so many bytes "
                                     "behind it; write the file with waymark-mix",
                                     name, place));
    }
    const std::string_view request = text.substr(0, head->bytes);
    text.remove_prefix(head->bytes);
    std::string bytes{request};
    bytes.insert(bytes.size() - 2, added);
    const int status = common.status != 0 ? common.status : head->status;
    entries_.push_back({std::move(bytes), kind_number(head->kind),
                        static_cast<std::uint16_t>(status), request.starts_with("HEAD ")});
  }
  if (entries_.empty()) throw StartupError(exit_code::config, name + ": holds no request");
}

std::uint8_t MixReplay::kind_number(std::string_view kind) {
  const auto known = std::find(kinds_.begin(), kinds_.end(), kind);
  const auto number = static_cast<std::uint8_t>(known - kinds_.begin());
  if (known == kinds_.end()) {
    if (kinds_.size() == kinds_max) {
      throw StartupError(exit_code::config, fmt::format("--mix: more than {} kinds", kinds_max));
    }
    kinds_.emplace_back(kind);
  }
  return number;
}

std::unique_ptr<RequestSource> MixReplay::source(std::size_t thread, std::size_t threads) const {
  return std::make_unique<ReplaySource>(*this, thread, threads);
}

std::string read_whole_file(std::string_view what, const std::string& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  std::ifstream in{file, std::ios::binary};
  if (error || !in) {
    throw StartupError(exit_code::config, fmt::format("{}: cannot read {}", what, file));
  }
  if (size > file_bytes_max) {
    throw StartupError(exit_code::config, fmt::format("{}: {} is larger than 1 GiB", what, file));
  }
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace waymark::loadtest
