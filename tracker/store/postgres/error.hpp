// What PostgreSQL refuses, by its SQLSTATE.
#pragma once

#include "tracker/store/sql/database.hpp"

#include <string>
#include <string_view>

namespace waymark::tracker::postgres {

class PostgresError : public sql::Error {
 public:
  // `sqlstate`: five characters, empty when the server was not reached or has gone.
  PostgresError(std::string_view sqlstate, const std::string& message);

  const std::string& sqlstate() const noexcept { return sqlstate_; }
  bool is_conflict() const noexcept override;

 private:
  std::string sqlstate_;
};

// One line for a person. `url` without its password.
std::string describe(const sql::Error& error, std::string_view url);

}  // namespace waymark::tracker::postgres
