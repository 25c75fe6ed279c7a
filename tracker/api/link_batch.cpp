// POST /v1/links/batch: many links in one transaction, each line with a result of its own.
#include "tracker/api/link_fields.hpp"
#include "tracker/api/resources.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::tracker::resources {
namespace {

namespace json = boost::json;

constexpr std::size_t lines_max = 1'000;
constexpr std::size_t line_bytes_max = 64 * 1024;  // as of a body that makes one link
constexpr std::size_t key_bytes_max = 255;

std::string read_key(Fields& fields) {
  auto key = fields.text("idempotency_key").value_or("");
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (key.size() > key_bytes_max || !std::ranges::all_of(key, printable)) {
    fields.note("idempotency_key", "invalid", "must have 1 to 255 printable characters");
  }
  return key;
}

// Fills `result` and returns the number of the change, 0 for none.
Checked<std::uint64_t> make_link(const Call& call, std::string_view line, bool dry_run,
                                 json::object& result) {
  if (line.size() > line_bytes_max) {
    return Problem{ProblemCode::body_too_large,
                   fmt::format("A line has at most {} bytes.", line_bytes_max)};
  }
  auto fields = Fields::read(line);
  if (!fields) return fields.error();
  const auto key = read_key(*fields);
  auto link = read_new_link(*fields);
  if (auto problem = fields->finish()) return *problem;
  const bool names_id = !link.id.empty(), names_code = !link.code.empty();
  const auto outcome =
      import_link(call.store, call.rules, std::move(link), key, call.request.unix_ms);
  if (!outcome) return problem_of(outcome.error());

  const LinkRow& row = outcome->row;
  result["ok"] = true;
  result["made"] = outcome->made;
  result["host"] = row.host;
  // What was chosen in a dry run will be chosen anew.
  const bool lasts = !dry_run || !outcome->made;
  if (lasts || names_id) result["id"] = row.id;
  if (!outcome->aliases.empty()) result["aliases"] = json::value_from(outcome->aliases);
  if (lasts || names_code) {
    result["code"] = row.code;
    result["short_url"] = short_url(call.rules, row);
  }
  return outcome->made ? row.change : 0;
}

void tell(const Problem& problem, json::object& result) {
  json::object error{{"code", to_text(problem.code)}, {"detail", problem.detail}};
  if (!problem.param.empty()) error["param"] = problem.param;
  if (!problem.errors.empty()) error["errors"] = errors_json(problem.errors);
  result["ok"] = false;
  result["error"] = std::move(error);
}

// What a line cannot help: the whole batch is undone, and may be sent again.
bool is_of_the_store(const Problem& problem) {
  return problem.code == ProblemCode::temporarily_unavailable ||
         problem.code == ProblemCode::internal_error;
}

}  // namespace

Checked<ApiAnswer> create_links(const Call& call) {
  Query query{call.query};
  const bool dry_run = query.flag("dry_run").value_or(false);
  if (auto problem = query.finish()) return *problem;

  ApiAnswer batch;
  batch.undo = dry_run;
  std::size_t number = 0, links = 0;
  for (std::string_view rest = call.request.body; !rest.empty();) {
    ++number;
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (++links > lines_max) {
      return Problem{ProblemCode::body_too_large,
                     fmt::format("A batch has at most {} links.", lines_max)};
    }
    json::object result{{"line", number}};
    const auto change = make_link(call, line, dry_run, result);
    if (!change && is_of_the_store(change.error())) return change.error();
    if (!change) tell(change.error(), result);
    if (change && !dry_run) batch.change = std::max(batch.change, *change);
    batch.body += json::serialize(result) + "\n";
  }
  return batch;
}

}  // namespace waymark::tracker::resources
