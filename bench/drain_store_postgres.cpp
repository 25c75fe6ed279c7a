// How fast the tracker drains a backlog into PostgreSQL, beside raw COPY: the same rows in the same
// binary form into the same table, in id order, with transactions of the same size, as durable.
// Both use a new schema of one server, which this program starts. Prints both rates and their
// ratio, round by round. Under `taskset -c 0` everything shares one core: this program, Redis, the
// server.
//
//   drain_store_postgres [clicks] [rounds]
#include "bench/support/backlog.hpp"
#include "tests/support/postgres_server.hpp"
#include "tracker/store/postgres/batch_writer.hpp"
#include "tracker/store/postgres/open_connection.hpp"
#include "tracker/store/postgres/partitions.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace {

using namespace waymark;
using namespace waymark::tracker;

std::string new_schema(const test::PostgresServer& server) {
  static int made = 0;
  const std::string schema = fmt::format("store_{}", ++made);
  server.execute("CHECKPOINT");  // what the round before has left to do
  server.execute("CREATE SCHEMA " + schema);
  return server.url() + "&options=-csearch_path%3D" + schema;
}

bench::Figures copy_raw(const std::string& url, const std::vector<std::string>& lines,
                        std::size_t batch_lines) {
  const Batch rows = bench::rows_of(lines);
  auto connection = postgres::open_connection(url, StoreAccess::write);
  postgres::Partitions partitions{connection};
  connection.begin("BEGIN");
  for (const auto month : partitions.missing(rows.clicks(), rows.clicks().front().unix_ms)) {
    partitions.make(month);
  }
  connection.commit();
  return bench::measure(lines.size(), batch_lines, [&] {
    for (std::size_t done = 0; done < rows.clicks().size(); done += batch_lines) {
      const std::size_t end = std::min(done + batch_lines, rows.clicks().size());
      connection.begin("BEGIN");
      postgres::CopyRows copy{connection, "COPY clicks FROM STDIN BINARY"};
      for (std::size_t at = done; at < end; ++at) {
        postgres::add_click(copy, rows.clicks()[at], false);
      }
      copy.finish();
      connection.commit();
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::stoul(argv[1]) : 500'000;
  const int rounds = argc > 2 ? std::stoi(argv[2]) : 3;
  const test::PostgresServer server{
      {"-c", "max_wal_size=8GB", "-c", "min_wal_size=2GB", "-c", "shared_buffers=512MB"}};
  bench::compare(
      count, rounds, [&](const auto& lines) { return bench::drain(lines, new_schema(server)); },
      [&](const auto& lines, std::size_t batch_lines) {
        return copy_raw(new_schema(server), lines, batch_lines);
      });
}
