// How fast the tracker drains a backlog into SQLite, beside raw insertion: the same rows into the
// same table with one prepared statement, in id order, with transactions of the same size and the
// same pragmas. Prints both rates and their ratio, round by round.
//
//   drain_store [clicks] [rounds]
#include "bench/support/backlog.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tracker/store/sqlite/open_database.hpp"

#include <string>
#include <vector>

namespace {

using namespace waymark;
using namespace waymark::tracker;

bench::Figures drain_into_sqlite(const std::vector<std::string>& lines) {
  test::TemporaryFolder folder;
  return bench::drain(lines, "sqlite:" + (folder.path() / "store.db").string());
}

bench::Figures insert_raw(const std::vector<std::string>& lines, std::size_t batch_lines) {
  test::TemporaryFolder folder;
  const auto file = folder.path() / "store.db";
  const Batch rows = bench::rows_of(lines);
  sqlite::Database database = sqlite::open_database(file, StoreAccess::write);
  sqlite::Statement& insert = database.prepared(
      "INSERT INTO clicks VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  return bench::measure(lines.size(), batch_lines, [&] {
    std::size_t in_batch = 0;
    database.execute("BEGIN IMMEDIATE");
    for (const Click& click : rows.clicks()) {
      const std::string id = click.id.text();
      const std::string visitor = click.visitor ? click.visitor->text() : "";
      const std::string previous = click.previous ? click.previous->text() : "";
      int at = 0;
      insert.bind(++at, id);
      insert.bind(++at, static_cast<std::int64_t>(click.unix_ms));
      for (const auto text : {click.code, click.host, click.link, click.campaign, click.referrer}) {
        insert.bind_optional(++at, text);
      }
      insert.bind_optional(++at, visitor);
      insert.bind(++at, std::int64_t{click.new_visitor});
      insert.bind_optional(++at, previous);
      insert.bind_optional(++at, click.destination);
      insert.bind_null(++at);
      for (const auto text : {click.channel, click.share, click.referring_host, click.query_json,
                              click.ip, click.ipk, click.user_agent, click.device, click.os,
                              click.language, click.country, click.bot, click.outcome}) {
        insert.bind_optional(++at, text);
      }
      insert.bind_null(++at);
      insert.bind_null(++at);
      insert.bind_optional(++at, click.list);
      insert.step();
      insert.reset();
      if (++in_batch == batch_lines) {
        database.execute("COMMIT");
        database.execute("BEGIN IMMEDIATE");
        in_batch = 0;
      }
    }
    database.execute("COMMIT");
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::stoul(argv[1]) : 500'000;
  const int rounds = argc > 2 ? std::stoi(argv[2]) : 3;
  waymark::bench::compare(count, rounds, drain_into_sqlite, insert_raw);
}
