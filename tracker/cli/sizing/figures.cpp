#include "tracker/cli/sizing/figures.hpp"

#include "common/error.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace waymark::cli {
namespace {

namespace json = boost::json;

using Member = std::pair<std::string_view, double SizingFigures::*>;
constexpr std::array members{
    Member{"edge_us", &SizingFigures::edge_us},
    Member{"redis_write_us", &SizingFigures::redis_write_us},
    Member{"redis_read_us", &SizingFigures::redis_read_us},
    Member{"tracker_us", &SizingFigures::tracker_us},
    Member{"postgres_us", &SizingFigures::postgres_us},
    Member{"to_postgres_us", &SizingFigures::to_postgres_us},
    Member{"link_cache_bytes", &SizingFigures::link_cache_bytes},
    Member{"link_entry_bytes", &SizingFigures::link_entry_bytes},
    Member{"link_redis_bytes", &SizingFigures::link_redis_bytes},
    Member{"link_store_bytes", &SizingFigures::link_store_bytes},
    Member{"click_journal_bytes", &SizingFigures::click_journal_bytes},
    Member{"click_stream_bytes", &SizingFigures::click_stream_bytes},
    Member{"click_store_bytes", &SizingFigures::click_store_bytes},
    Member{"click_wire_bytes", &SizingFigures::click_wire_bytes},
};

}  // namespace

SizingFigures read_figures(std::string_view text, std::string_view source) {
  boost::system::error_code error;
  const json::value parsed = json::parse({text.data(), text.size()}, error);
  if (error || !parsed.is_object()) {
    throw StartupError(exit_code::usage,
                       fmt::format("{} is no JSON object; make it with: loadtest/sizing-figures",
                                   source));
  }
  SizingFigures figures;
  for (const auto& [name, value] : parsed.get_object()) {
    const auto* const known =
        std::ranges::find(members, std::string_view{name.data(), name.size()}, &Member::first);
    if (known == members.end()) {
      throw StartupError(exit_code::usage, fmt::format("{}: there is no figure '{}'", source,
                                                       std::string_view{name}));
    }
    const double number = value.to_number<double>(error);
    if (error || !(number > 0)) {
      throw StartupError(exit_code::usage, fmt::format("{}: {} must be a positive number", source,
                                                       std::string_view{name}));
    }
    figures.*known->second = number;
  }
  return figures;
}

}  // namespace waymark::cli
