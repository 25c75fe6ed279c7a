// Files that hold secrets.
#pragma once

#include <filesystem>
#include <string_view>

namespace waymark::cli {

// Makes `file` with mode 0600 and writes `text` to disk. Throws StartupError: exit 4 when it exists
// (it is never overwritten), exit 1 when it cannot be written.
void write_private_file(const std::filesystem::path& file, std::string_view text);

}  // namespace waymark::cli
