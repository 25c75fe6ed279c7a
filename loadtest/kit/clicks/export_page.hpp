// Stored clicks, page by page: GET /v1/clicks/export of the tracker's API (tracker/api/README.md).
#pragma once

#include "common/click_line.hpp"
#include "common/uuid.hpp"
#include "loadtest/kit/clicks/api_connection.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace waymark::loadtest {

inline constexpr std::size_t export_rows_max = 10'000;  // of a page, by the API's contract

struct ExportPage {
  std::vector<Uuid> ids;      // ascending
  std::optional<Uuid> after;  // where the next page begins; nothing when this was the last
};

class ExportReader {
 public:
  // `access` must outlive this.
  explicit ExportReader(const ApiAccess& access) : access_(access), api_(access) {}

  // The first rows behind `after`, at most `limit`. Fails in words: who did not answer, or what was
  // wrong with the answer, and what to do.
  boost::system::result<ExportPage, std::string> read(const Uuid& after, std::size_t limit,
                                                      std::chrono::milliseconds deadline);

 private:
  const ApiAccess& access_;
  ApiConnection api_;
  ClickLineParser lines_;
};

// The greatest id that is smaller: what stands before `id` in the export.
Uuid before(Uuid id) noexcept;

}  // namespace waymark::loadtest
