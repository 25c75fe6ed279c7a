R"sql(
-- Keys of uniques that do not come in the order of the table wait here and move over in runs: see
-- unique_table.hpp. A key is in one of the two.
CREATE TABLE unique_arrivals (
  key BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
)sql"
