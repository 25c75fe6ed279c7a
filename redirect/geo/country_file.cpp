#include "redirect/geo/country_file.hpp"

#include "common/error.hpp"
#include "redirect/descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

namespace waymark::redirect {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view problem) {
  throw StartupError(exit_code::config,
                     fmt::format("geo.database: {}: {}; give the path of a country file in "
                                 "MaxMind's format (.mmdb)",
                                 file.string(), problem));
}

std::string last_error() {
  return std::generic_category().message(errno);
}

void copy(int from, int to, const std::filesystem::path& file) {
  char block[64 * 1024];
  while (true) {
    const ssize_t got = ::read(from, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(file, last_error());
    if (got == 0) return;
    for (ssize_t done = 0; done < got;) {
      const ssize_t put = ::write(to, block + done, static_cast<std::size_t>(got - done));
      if (put < 0) refuse(file, "no memory for it: " + last_error());
      done += put;
    }
  }
}

// The code under `path`, if there is one. (MMDB_get_value would allocate for each call.)
Country code_at(MMDB_entry_s& entry, const char* const* path) noexcept {
  MMDB_entry_data_s data;
  const bool found = MMDB_aget_value(&entry, &data, path) == MMDB_SUCCESS && data.has_data &&
                     data.type == MMDB_DATA_TYPE_UTF8_STRING && data.data_size == 2;
  Country country;
  if (found) std::memcpy(country.code.data(), data.utf8_string, country.code.size());
  return country;
}

// Where a network is registered stands in for those that are in no country, such as satellites.
Country country_of(MMDB_entry_s& entry) noexcept {
  static constexpr const char* country[] = {"country", "iso_code", nullptr};
  static constexpr const char* registered[] = {"registered_country", "iso_code", nullptr};
  const Country found = code_at(entry, country);
  return found.text().empty() ? code_at(entry, registered) : found;
}

// Whether a network among the first has a country. A file of another kind (of providers, or in a
// layout of its own) opens as well as any, and would name none without a word.
bool names_countries(const MMDB_s& database) {
  constexpr int nodes_max = 100'000;  // looked at; some 10 ms
  std::vector<std::uint32_t> nodes{0};
  for (int looked_at = 0; !nodes.empty() && looked_at < nodes_max; ++looked_at) {
    MMDB_search_node_s node{};
    const std::uint32_t number = nodes.back();
    nodes.pop_back();
    if (MMDB_read_node(&database, number, &node) != MMDB_SUCCESS) continue;
    const auto leads_to_country = [&](std::uint8_t type, std::uint64_t record,
                                      MMDB_entry_s& entry) {
      if (type == MMDB_RECORD_TYPE_SEARCH_NODE) nodes.push_back(static_cast<std::uint32_t>(record));
      return type == MMDB_RECORD_TYPE_DATA && !country_of(entry).text().empty();
    };
    if (leads_to_country(node.right_record_type, node.right_record, node.right_record_entry) ||
        leads_to_country(node.left_record_type, node.left_record, node.left_record_entry)) {
      return true;
    }
  }
  return false;
}

}  // namespace

struct CountryFile::Reader {
  MMDB_s database{};

  Reader() = default;
  ~Reader() {
    if (database.filename != nullptr) MMDB_close(&database);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
};

CountryFile::CountryFile(std::unique_ptr<Reader> reader) noexcept : reader_(std::move(reader)) {}
CountryFile::~CountryFile() = default;

// The library maps files by name. It is given the name of a copy that nobody else can reach: a file
// cut or overwritten in place while it is mapped would end this process with SIGBUS.
std::shared_ptr<const CountryFile> CountryFile::load(const std::filesystem::path& file) {
  const Descriptor source{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (source.get() < 0) refuse(file, last_error());
  const Descriptor memory{::memfd_create("waymark-geo", MFD_CLOEXEC)};
  if (memory.get() < 0) refuse(file, "no memory for it: " + last_error());
  copy(source.get(), memory.get(), file);
  auto reader = std::make_unique<Reader>();
  const std::string name = fmt::format("/proc/self/fd/{}", memory.get());
  const int status = MMDB_open(name.c_str(), MMDB_MODE_MMAP, &reader->database);
  if (status != MMDB_SUCCESS) {
    reader->database.filename = nullptr;
    refuse(file, MMDB_strerror(status));
  }
  if (!names_countries(reader->database)) {
    refuse(file, fmt::format("no network in it has a country.iso_code (its kind is '{}')",
                             reader->database.metadata.database_type));
  }
  return std::shared_ptr<const CountryFile>{new CountryFile{std::move(reader)}};
}

Country CountryFile::find(std::span<const char> address) const noexcept {
  sockaddr_storage storage{};
  if (address.size() == 4) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, address.data(), 4);
  } else if (address.size() == 16) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address.data(), 16);
  } else {
    return {};
  }
  int status = MMDB_SUCCESS;
  MMDB_lookup_result_s result = MMDB_lookup_sockaddr(
      &reader_->database, reinterpret_cast<const sockaddr*>(&storage), &status);
  if (status != MMDB_SUCCESS || !result.found_entry) return {};
  return country_of(result.entry);
}

std::uint64_t CountryFile::built_at() const noexcept {
  return reader_->database.metadata.build_epoch;
}

std::string_view CountryFile::kind() const noexcept {
  return reader_->database.metadata.database_type;
}

}  // namespace waymark::redirect
