// Rows in memory that statements read like those of a table:
//
//   INSERT INTO clicks SELECT * FROM batch_clicks
//
// One statement for all rows keeps its place in the table that it fills. A statement for each row
// begins, opens the table, goes down from its root and ends again every time, which costs about as
// much as the row itself. (A virtual table: https://www.sqlite.org/vtab.html, eponymous only.)
#pragma once

#include "tracker/store/sqlite/database.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::tracker::sqlite {

// Where a row puts the value of a column: at most one; NULL when there is none. Texts and bytes are
// not copied: they must live until the next row is read.
class ColumnValue {
 public:
  explicit ColumnValue(sqlite3_context* context) : context_(context) {}

  void put(std::int64_t number) { sqlite3_result_int64(context_, number); }
  void put(std::string_view text);
  void put_blob(std::string_view bytes);
  // Nothing where the text is empty: absent means unknown.
  void put_optional(std::string_view text) {
    if (!text.empty()) put(text);
  }

 private:
  sqlite3_context* context_;
};

// The rows of one MemoryTable. They stay as they are while a statement reads them.
class MemoryRows {
 public:
  virtual std::size_t size() const = 0;
  // Columns count from 0.
  virtual void read(std::size_t row, int column, ColumnValue value) = 0;

 protected:
  MemoryRows() = default;
  MemoryRows(const MemoryRows&) = default;
  MemoryRows& operator=(const MemoryRows&) = default;
  ~MemoryRows() = default;
};

// Makes `rows` readable as table `name` on one connection; their numbers are its rowid. `columns`
// are names, separated by commas. `rows` must live as long as statements that name the table are
// run. Throws SqliteError.
void add_memory_table(Database& database, const std::string& name, std::string_view columns,
                      MemoryRows& rows);

}  // namespace waymark::tracker::sqlite
