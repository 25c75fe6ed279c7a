// A click as one line of JSON: what the edge journals, the stream carries byte for byte, and the
// tracker stores. The page of the format is common/README.md; the schema is common/schema/.
#pragma once

#include "common/error.hpp"
#include "common/uuid.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace waymark {

// --- Writing: the edge's side, no allocation ---

// Appends `text` escaped for a JSON string (RFC 8259), without quotes. Bytes that are not UTF-8
// become U+FFFD, so that a line is always valid. Returns the end; `out` must hold 6 times the size.
char* write_json_escaped(std::string_view text, char* out) noexcept;
std::string json_escaped(std::string_view text);

// The pieces of a line. Those named *_json are members escaped beforehand, each ending with a
// comma (`"code":"anna7","link":"lnk_1",`), so that they are escaped once and copied ever after.
// Every other text must consist of characters that need no escape.
struct ClickParts {
  Uuid id;
  std::uint64_t unix_ms = 0;
  std::string_view code{}, link{}, campaign{}, referrer{};
  std::string_view destination{};  // URL as the records' checks leave them
  std::optional<std::uint32_t> rule{};
  std::string_view host_json{};   // host
  std::string_view agent_json{};  // ua, device, os
  std::string_view query_json{};  // query, an object of strings; lang
  std::optional<Uuid> visitor{};
  bool new_visitor = false;
  std::optional<Uuid> previous{};  // the visitor's previous click
  std::string_view channel{};
  std::string_view share{};
  std::string_view referring_host{};
  std::string_view country{};
  std::string_view ip{};       // truncated address
  std::string_view ipk{};      // keyed hash
  std::string_view bot{};      // empty for people
  std::string_view list{};     // version of the list that gave `bot`, when a list did
  std::string_view outcome{};  // empty for a redirect to the landing page
  bool test = false;
};

// Writes the line including the final '\n'; at most limits::click_line_bytes_max bytes when the
// pieces keep their limits. Returns the end.
char* write_click_line(const ClickParts& parts, char* out) noexcept;

// --- Reading: the tracker's side ---

// One click as the tracker sees it. Absent texts are empty. Views point into the line or into
// the scratch memory of the parser and live until its next call.
struct Click {
  Uuid id;
  std::uint64_t unix_ms = 0;
  std::string_view code, host, link, campaign, referrer;
  std::optional<Uuid> visitor;
  bool new_visitor = false;
  std::optional<Uuid> previous;
  std::string_view destination;
  std::optional<std::int64_t> rule;
  std::string_view channel, share, referring_host;
  std::string_view query_json;  // the JSON object as text, or empty
  std::string_view ip, ipk, user_agent, device, os, language, country;
  std::string_view bot, list, outcome;
  bool test = false;

  bool counted() const noexcept { return bot.empty() && outcome.empty() && !test; }
};

// Reads lines; keeps its memory between calls. One per thread.
class ClickLineParser {
 public:
  ClickLineParser();
  ~ClickLineParser();

  // `line` without '\n'. Unknown keys are skipped. Fails with malformed_line (not JSON, no id or
  // ts, a value of the wrong type or past its limit) or unknown_line_version (`v` is not 1).
  Result<Click> parse(std::string_view line);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace waymark
