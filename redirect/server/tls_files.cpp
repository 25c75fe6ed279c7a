#include "common/error.hpp"
#include "redirect/server/tls_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace waymark::redirect {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& message) {
  throw StartupError(exit_code::config, message);
}

// What an entry of the folder stands for; empty: something else. What cannot be looked at is named
// when it is loaded.
TlsFiles files_of(const fs::path& entry) {
  std::error_code error;
  if (fs::is_directory(entry, error)) {
    if (!fs::exists(entry / "fullchain.pem", error) && !error) return {};
    return {entry / "fullchain.pem", entry / "privkey.pem", true};
  }
  if (entry.extension() != ".crt") return {};
  return {entry, fs::path{entry}.replace_extension(".key"), true};
}

void add_folder(const fs::path& folder, std::vector<TlsFiles>& files) try {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator{folder}) entries.push_back(entry.path());
  std::ranges::sort(entries);
  for (const fs::path& entry : entries) {
    if (TlsFiles found = files_of(entry); !found.certificate.empty()) {
      files.push_back(std::move(found));
    }
  }
} catch (const fs::filesystem_error& error) {
  const fs::path& place = error.path1().empty() ? folder : error.path1();
  fail(fmt::format("tls.dir: {}: {}", place.string(), error.code().message()));
}

}  // namespace

std::vector<TlsFiles> find_tls_files(const std::string& certificate, const std::string& key,
                                     const std::string& folder) {
  if (certificate.empty() != key.empty()) {
    fail(fmt::format("tls.{} is set without tls.{}; a certificate needs its key",
                     key.empty() ? "certificate" : "key", key.empty() ? "key" : "certificate"));
  }
  std::vector<TlsFiles> files;
  if (!certificate.empty()) files.push_back({certificate, key, false});
  if (!folder.empty()) add_folder(folder, files);
  if (files.empty()) {
    fail(folder.empty()
             ? "tls.listen needs a certificate: set tls.certificate and tls.key, or tls.dir"
             : fmt::format("tls.dir: {} holds neither NAME.crt with NAME.key nor folders with "
                           "fullchain.pem and privkey.pem",
                           folder));
  }
  return files;
}

}  // namespace waymark::redirect
