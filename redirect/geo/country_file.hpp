// Countries of addresses, from a file in MaxMind's format (GeoLite2, GeoIP2, DB-IP and others of
// any kind that hold `country.iso_code`). Immutable: shared by all threads, and replaced as a
// whole.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace waymark::redirect {

// ISO 3166-1, two capitals.
struct Country {
  std::array<char, 2> code{};  // zeros: unknown

  std::string_view text() const noexcept {
    return code[0] == 0 ? std::string_view{} : std::string_view{code.data(), code.size()};
  }
};

class CountryFile {
 public:
  // Throws StartupError naming the setting, the file and what is wrong with it; one that names no
  // countries is, too. What is mapped is a copy in memory: whatever happens to the file later,
  // lookups never fault.
  static std::shared_ptr<const CountryFile> load(const std::filesystem::path& file);
  ~CountryFile();
  CountryFile(const CountryFile&) = delete;
  CountryFile& operator=(const CountryFile&) = delete;

  // `address` in network order, 4 or 16 bytes. No allocation; any thread.
  Country find(std::span<const char> address) const noexcept;

  std::uint64_t built_at() const noexcept;  // unix seconds, by the file's own word
  std::string_view kind() const noexcept;   // "GeoLite2-Country"

 private:
  struct Reader;
  explicit CountryFile(std::unique_ptr<Reader> reader) noexcept;

  std::unique_ptr<Reader> reader_;
};

}  // namespace waymark::redirect
