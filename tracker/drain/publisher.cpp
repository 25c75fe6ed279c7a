#include "tracker/drain/publisher.hpp"

#include "common/redis/keys.hpp"
#include "tracker/drain/requests.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

namespace waymark::tracker {

namespace asio = boost::asio;
using redis::Command;

namespace {

constexpr std::chrono::milliseconds deadline{5'000};
constexpr std::size_t fields_max = 1'000;  // of one HSET
constexpr std::string_view generation_field = "generation";
constexpr std::string_view through_prefix = "through:";

// What the store holds of the origins named in `held`.
Result<std::vector<OriginRow>> rows_of(Store& store, const std::vector<HeldFigure>& held) {
  std::vector<OriginRow> rows;
  for (const HeldFigure& one : held) {
    auto row = store.origin(one.origin);
    if (!row) return row.error();
    if (*row) rows.push_back(std::move(**row));
  }
  return rows;
}

}  // namespace

bool store_is_behind(std::string_view generation, const std::vector<OriginRow>& rows,
                     std::string_view published_generation,
                     const std::vector<HeldFigure>& published) {
  if (published_generation.empty()) return false;
  // Another store's figures, or ours from before a backup: an edge that was away may still hold
  // figures of our own word from that time.
  if (published_generation != generation) return true;
  return store_lacks(generation, rows, published);
}

asio::awaitable<void> Publisher::cycle(std::vector<std::string> shards, std::uint64_t now_ms) {
  const Result<void> done = co_await try_cycle(shards, now_ms);
  if (done) co_return;
  ++parts_.stats.publish_failures;
  parts_.log.warning("drain.publish_failed",
                     "Figures were not published; edges keep their clicks until they are",
                     {{"reason", done.error().message()}});
}

asio::awaitable<Result<void>> Publisher::try_cycle(const std::vector<std::string>& shards,
                                                   std::uint64_t now_ms) {
  if (generation_.empty()) {
    const auto checked = co_await check_generation();
    if (!checked) co_return checked.error();
  }
  const bool look = now_ms - looked_ms_ >= look_every_ms;
  if (look) looked_ms_ = now_ms;
  if (look) {
    const auto checked = co_await check_edges();
    if (!checked) co_return checked.error();
    const auto room = co_await trimmer_.look_at_memory();
    if (!room) co_return room.error();
  }
  Fields through;
  for (const std::string& shard : shards) {
    const auto done = co_await trimmer_.trim(shard, now_ms);
    // A stream that has just vanished is made again by its drain; the others go on.
    if (!done && done.error() == make_error_code(Errc::redis_refused)) continue;
    if (!done) co_return done.error();
    through.emplace_back(redis_keys::through(shard), done->text());
    if (look) {
      const auto capped = co_await trimmer_.cap(shard, now_ms);
      if (!capped) co_return capped.error();
    }
  }
  // Another may fold by now; what it has said must not be followed by what we know from before.
  if (!parts_.folding.held()) co_return Result<void>{};
  const auto published = co_await publish(std::move(through), now_ms);
  if (!published) co_return published.error();
  co_return co_await withdraw(now_ms);
}

// Before anything is published: what is there may be ahead of a store that was restored.
asio::awaitable<Result<void>> Publisher::check_generation() {
  const auto fields =
      co_await ask(parts_.commands, Command{"HGETALL", redis_keys::committed}, deadline);
  if (!fields) co_return fields.error();
  std::string published_generation;
  std::vector<HeldFigure> published;
  for (std::size_t i = 0; i + 1 < fields->size(); i += 2) {
    const std::string_view name = (*fields)[i].text();
    const std::string_view value = (*fields)[i + 1].text();
    if (name == generation_field) {
      published_generation = value;
    } else if (!name.starts_with(through_prefix)) {
      if (auto figure = parse_figure(value)) {
        published.push_back({std::string{name}, std::move(*figure)});
      }
    }
  }
  const auto generation =
      co_await parts_.store.read([](Store& store) { return store.generation(); });
  if (!generation) co_return generation.error();
  const auto folded = co_await parts_.store.read([](Store& store) { return store.fold(0); });
  if (!folded) co_return folded.error();
  if (store_is_behind(*generation, folded->origins, published_generation, published)) {
    co_return co_await renew_generation("Redis");
  }
  generation_ = *generation;
  co_return Result<void>{};
}

// An edge may write what it knows only a second after Redis lost all, or after days away: so this
// is asked again and again. Edges are asked first: the store can only have more by then.
asio::awaitable<Result<void>> Publisher::check_edges() {
  const auto reports =
      co_await ask(parts_.commands, Command{"HGETALL", redis_keys::edges}, deadline);
  if (!reports) co_return reports.error();
  std::vector<HeldFigure> held;
  for (std::size_t i = 1; i < reports->size(); i += 2) {
    auto beliefs = parse_beliefs((*reports)[i].text());
    std::move(beliefs.begin(), beliefs.end(), std::back_inserter(held));
  }
  // Whoever writes links renews the word, too, when it finds the store set back.
  const auto generation =
      co_await parts_.store.read([](Store& store) { return store.generation(); });
  if (!generation) co_return generation.error();
  generation_ = *generation;
  std::erase_if(held, [&](const HeldFigure& one) { return one.figure.generation != generation_; });
  if (held.empty()) co_return Result<void>{};
  const auto rows =
      co_await parts_.store.read([&held](Store& store) { return rows_of(store, held); });
  if (!rows) co_return rows.error();
  if (store_lacks(generation_, *rows, held)) co_return co_await renew_generation("edges");
  co_return Result<void>{};
}

// What is published next says it; edges send again then.
asio::awaitable<Result<void>> Publisher::renew_generation(std::string_view known_by) {
  const auto generation = co_await parts_.store.run(
      Priority::drain, [](Store& store) { return store.renew_generation(); });
  if (!generation) co_return generation.error();
  ++parts_.stats.generations_renewed;
  parts_.log.warning("drain.store_behind",
                     "The store lacks what was committed: edges send again what they still have",
                     {{"generation", *generation}, {"known_by", known_by}});
  generation_ = *generation;
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Publisher::publish(Fields through, std::uint64_t now_ms) {
  const auto there = co_await ask(
      parts_.commands, Command{"HGET", redis_keys::committed, generation_field}, deadline);
  if (!there) co_return there.error();
  const redis::ServerInfo* const server = parts_.commands.server_of(redis_keys::committed);
  const std::string run_id = server != nullptr ? server->run_id : run_id_;
  if (there->text() != generation_ || run_id != std::exchange(run_id_, run_id)) {
    // Redis has lost or never had what we know, or a replica took over that may lack the last of
    // it: everything is said again.
    folded_ = 0;
    through_.clear();
    trimmer_.forget();
  }
  const auto folded =
      co_await parts_.store.fold([after = folded_](Store& store) { return store.fold(after); });
  if (!folded) co_return folded.error();

  const auto keep_ms = static_cast<std::uint64_t>(parts_.options.journal_keep.count());
  Fields fields;
  for (const OriginRow& row : folded->origins) {
    if (row.ended_ms != 0) {
      // An edge that adopts its folder late sends it again and waits for the figure.
      const std::uint64_t heard_ms = std::max(row.ended_ms, row.updated_ms);
      if (heard_ms + keep_ms <= now_ms) continue;
      ended_ms_[row.key] = heard_ms;
    }
    fields.emplace_back(row.key, Figure{generation_, row.settled()}.text());
  }
  for (auto& [field, id] : through) {
    if (through_[field] != id) fields.emplace_back(field, id);
  }
  // The word goes last: as long as it is missing, the whole is said again.
  if (there->text() != generation_) fields.emplace_back(generation_field, generation_);
  if (fields.empty()) co_return Result<void>{};
  const auto done = co_await set(fields);
  if (!done) co_return done.error();
  folded_ = folded->change;
  for (auto& [field, id] : through) through_[field] = id;
  ++parts_.stats.publications;
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Publisher::set(const Fields& fields) {
  for (std::size_t begin = 0; begin < fields.size(); begin += fields_max) {
    Command command{"HSET", redis_keys::committed};
    const std::size_t end = std::min(begin + fields_max, fields.size());
    for (std::size_t i = begin; i < end; ++i) {
      command.add(fields[i].first).add(fields[i].second);
    }
    const auto done = co_await ask(parts_.commands, std::move(command), deadline);
    if (!done) co_return done.error();
  }
  co_return Result<void>{};
}

// Figures of origins that ended and were not heard of for journal_keep leave Redis; the store keeps
// their sums.
asio::awaitable<Result<void>> Publisher::withdraw(std::uint64_t now_ms) {
  const auto keep_ms = static_cast<std::uint64_t>(parts_.options.journal_keep.count());
  for (auto origin = ended_ms_.begin(); origin != ended_ms_.end();) {
    if (origin->second + keep_ms > now_ms) {
      ++origin;
      continue;
    }
    const auto done = co_await ask(parts_.commands,
                                   Command{"HDEL", redis_keys::committed, origin->first}, deadline);
    if (!done) co_return done.error();
    origin = ended_ms_.erase(origin);
  }
  co_return Result<void>{};
}

}  // namespace waymark::tracker
