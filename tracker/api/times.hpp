// Times in the API: RFC 3339 in UTC going out; RFC 3339 with any offset, a date, or unix seconds,
// coming in. Pure: the command-line tool reads its flags with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

// "2026-05-02T10:00:00Z"
std::string rfc3339(std::int64_t unix_seconds);
// "2026-05-02T10:00:00.123Z"
std::string rfc3339_ms(std::uint64_t unix_ms);

// Unix milliseconds of "2026-05-02T10:00:00Z", "2026-05-02T12:00:00.5+02:00", "2026-05-02" (its
// first moment in UTC) or "1777716000". Years 1970 to 9999; finer fractions are cut.
std::optional<std::uint64_t> parse_time_ms(std::string_view text);

}  // namespace waymark::tracker
