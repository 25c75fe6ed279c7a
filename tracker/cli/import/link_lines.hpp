// The links of a file, one after the other, as the lines that POST /v1/links/batch takes. CSV has a
// header row with the API's names of fields; NDJSON has an object on each line, which is passed on
// as it was written: the API finds a member that stands there twice.
//
// A link without an id gets a key that follows from what its line says: the same line again, in
// the same file or in the same file sent twice, is told from a second one by counting.
#pragma once

#include "tracker/cli/import/csv_reader.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::cli {

enum class ImportFormat { csv, ndjson };

struct LinkLine {
  std::size_t number = 0;  // of the line it begins on, from 1
  std::string json;        // without a line end; empty: see problem
  std::string content;     // the same for lines that say the same
  std::string key;         // the idempotency_key that it names itself
  std::string field, problem;
};

class LinkLines {
 public:
  // Without a format the first character tells. `campaign` is for links that name none. Throws
  // StartupError (exit 2) for a beginning that cannot be used. `in` must outlive this.
  LinkLines(std::istream& in, std::optional<ImportFormat> format, std::string campaign);

  std::optional<LinkLine> next();

 private:
  // The format, when none was given, by the first line that says something.
  ImportFormat format_of_file(std::optional<ImportFormat> format);
  void read_header();
  std::optional<LinkLine> next_record();
  std::optional<LinkLine> next_object();
  // Adds what the line leaves out, and its key. `link` is what its JSON says, `said` the same in
  // one way of writing.
  void complete(LinkLine& line, const boost::json::object& link, std::string said);

  LineReader lines_;
  ImportFormat format_ = ImportFormat::csv;
  std::string campaign_;
  CsvReader csv_{lines_};
  std::vector<std::string> columns_;
  std::map<std::string, std::size_t> seen_;  // how often a content came so far
};

}  // namespace waymark::cli
