// Lines that could not be stored: what they are, and another try.
#include "tracker/api/fields.hpp"
#include "tracker/api/resources.hpp"
#include "tracker/api/times.hpp"
#include "tracker/drain/entry_reader.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace waymark::tracker::resources {
namespace {

namespace json = boost::json;

constexpr std::int64_t id_max = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t retried_at_once = 500;

constexpr std::string_view reasons[] = {dead_reason::malformed_line, dead_reason::unknown_version,
                                        dead_reason::malformed_entry};

json::object render(const DeadLetter& letter) {
  return {{"object", "dead_letter"},
          {"id", letter.id},
          {"created_at", rfc3339_ms(letter.at_ms)},
          {"reason", letter.reason},
          {"stream", letter.stream},
          {"entry", letter.entry},
          {"origin", text_or_null(letter.origin)},
          {"sequence", letter.sequence},
          {"line", letter.line}};
}

// What to try again: one letter, possibly with another line, or those after an id.
struct Retry {
  std::optional<std::int64_t> id;
  std::optional<std::string> line;
  std::string reason;
  std::int64_t after = 0;
};

Checked<Retry> read_retry(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  Retry retry;
  retry.id = fields->integer("id", 1, id_max);
  retry.line = fields->text("line");
  retry.reason = fields->choice("reason", reasons).value_or("");
  retry.after = fields->integer("after", 0, id_max).value_or(0);
  if (retry.line && !retry.id) fields->note("line", "invalid", "line goes with an id");
  if (auto problem = fields->finish()) return *problem;
  return retry;
}

Result<std::vector<DeadLetter>> letters_of(Store& store, const Retry& retry) {
  if (!retry.id) return store.dead_letters(retry.reason, retry.after, retried_at_once);
  auto letters = store.dead_letters("", *retry.id - 1, 1);
  if (!letters) return letters;
  if (letters->empty() || letters->front().id != *retry.id) return Errc::not_found;
  if (retry.line) letters->front().line = *retry.line;
  return letters;
}

}  // namespace

Checked<ApiAnswer> list_dead_letters(const Call& call) {
  Query query{call.query};
  const auto limit = static_cast<std::size_t>(query.number("limit", 1, 100).value_or(20));
  const auto after = query.number("after", 0, static_cast<std::uint64_t>(id_max)).value_or(0);
  const auto reason = query.choice("reason", reasons).value_or("");
  if (auto problem = query.finish()) return *problem;
  const auto letters = call.store.dead_letters(reason, static_cast<std::int64_t>(after), limit + 1);
  if (!letters) return problem_of(letters.error());
  Page<DeadLetter> page;
  page.has_more = letters->size() > limit;
  page.data.assign(letters->begin(), letters->begin() + static_cast<std::ptrdiff_t>(
                                                            std::min(limit, letters->size())));
  return answer_list(call, page, render);
}

// Those that are clicks by now become rows and leave the list.
Checked<ApiAnswer> replay_dead_letters(const Call& call) {
  const auto retry = read_retry(call);
  if (!retry) return retry.error();
  const auto letters = letters_of(call.store, *retry);
  if (!letters && letters.error() == Errc::not_found) {
    return Problem{ProblemCode::not_found, "There is no dead letter with this id.", "id"};
  }
  if (!letters) return problem_of(letters.error());
  ClickLineParser parser;
  Batch batch;
  retry_dead(*letters, parser, batch);
  const std::size_t solved = batch.resolved_dead().size();
  batch.sort();
  if (solved > 0) {
    const auto done = call.store.commit_batch(batch, call.request.unix_ms);
    if (!done) return problem_of(done.error());
  }
  json::value next;
  if (!retry->id && letters->size() == retried_at_once) next = letters->back().id;
  return answer(200, {{"object", "dead_letter_replay"},
                      {"tried", letters->size()},
                      {"solved", solved},
                      {"next", next}});
}

}  // namespace waymark::tracker::resources
