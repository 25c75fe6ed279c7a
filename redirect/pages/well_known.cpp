#include "redirect/pages/well_known.hpp"

#include "common/limits.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace waymark::redirect {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& what) {
  throw StartupError(exit_code::config, "wellknown.dir: " + what);
}

// Files that phones fetch have no extension and must say that they are JSON.
std::string_view type_of(const fs::path& path, std::string_view content) {
  const std::string extension = path.extension().string();
  if (extension == ".json") return "application/json";
  if (extension == ".txt") return "text/plain; charset=utf-8";
  if (extension == ".html") return "text/html; charset=utf-8";
  const std::size_t first = content.find_first_not_of(" \t\r\n");
  const bool json =
      first != std::string_view::npos && (content[first] == '{' || content[first] == '[');
  return json ? "application/json" : "application/octet-stream";
}

WellKnownFiles::File read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::string content(limits::well_known_bytes_max + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (in.bad() || !in.eof()) {
    refuse("'" + path.string() + "' cannot be read or is larger than 64 KiB");
  }
  content.resize(static_cast<std::size_t>(in.gcount()));
  WellKnownFiles::File file;
  file.fields = "Content-Type: " + std::string{type_of(path, content)} +
                "\r\nCache-Control: public, max-age=3600\r\nX-Content-Type-Options: nosniff\r\n";
  file.content = std::make_shared<const std::string>(std::move(content));
  return file;
}

}  // namespace

std::shared_ptr<const WellKnownFiles> WellKnownFiles::load(const std::string& folder) {
  auto files = std::make_shared<WellKnownFiles>();
  if (folder.empty()) return files;
  try {
    for (auto at = fs::recursive_directory_iterator{folder}; at != fs::end(at); ++at) {
      if (at->path().filename().string().starts_with('.')) {
        at.disable_recursion_pending();
        continue;
      }
      if (!at->is_regular_file()) continue;
      if (files->files_.size() == limits::well_known_files_max) refuse("holds more than 64 files");
      files->files_.emplace(at->path().lexically_relative(folder).generic_string(),
                            read_file(at->path()));
    }
  } catch (const fs::filesystem_error& error) {
    refuse(error.what());
  }
  return files;
}

const WellKnownFiles::File* WellKnownFiles::find(std::string_view name) const {
  const auto at = files_.find(name);
  return at == files_.end() ? nullptr : &at->second;
}

}  // namespace waymark::redirect
