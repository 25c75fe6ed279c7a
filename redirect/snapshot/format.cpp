#include "redirect/snapshot/format.hpp"

#include <xxhash.h>

#include <cstring>
#include <utility>

namespace waymark::redirect::snapshot {
namespace {

template <class Number>
void put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) {
    out += static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
  }
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

void put_fields(std::string& out, const RecordFields& fields) {
  put(out, static_cast<std::uint32_t>(fields.size()));
  for (const auto& [name, value] : fields) {
    put_text(out, name);
    put_text(out, value);
  }
}

void put_part(std::string& out, const Lookup::Part& part) {
  put_text(out, part.code);
  put_fields(out, part.fields);
}

// Reads from the front; after the first thing that is not there, nothing is.
class Source {
 public:
  explicit Source(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    if (rest_.size() < sizeof(Number)) return fail(), Number{};
    Number value{};
    for (std::size_t i = 0; i < sizeof value; ++i) {
      value = static_cast<Number>(value | static_cast<Number>(static_cast<unsigned char>(rest_[i]))
                                              << (8 * i));
    }
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view text() {
    const auto size = number<std::uint32_t>();
    if (rest_.size() < size) return fail(), std::string_view{};
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  RecordFields fields() {
    RecordFields fields;
    for (auto left = number<std::uint32_t>(); left > 0 && good_; --left) {
      std::string name{text()};
      fields.emplace_back(std::move(name), text());
    }
    return fields;
  }
  Lookup::Part part() {
    Lookup::Part part;
    part.code = text();
    part.fields = fields();
    return part;
  }
  bool ended_well() const { return good_ && rest_.empty(); }
  bool good() const { return good_; }
  std::string_view rest() const { return rest_; }

 private:
  void fail() {
    good_ = false;
    rest_ = {};
  }
  std::string_view rest_;
  bool good_ = true;
};

std::string names_and_fields(std::string_view name, const RecordFields& fields) {
  std::string out;
  put_text(out, name);
  put_fields(out, fields);
  return out;
}

}  // namespace

std::string header() {
  std::string out{magic};
  put(out, version);
  return out;
}

// kind, time, names first: what glance() looks at.
std::string encode(const Entry& entry) {
  std::string out;
  const auto begin = [&](char kind) {
    out += kind;
    put(out, entry.unix_ms);
  };
  if (const auto* campaign = std::get_if<Campaign>(&entry.what)) {
    begin('c');
    out += names_and_fields(campaign->id, campaign->fields);
  } else if (const auto* domain = std::get_if<Domain>(&entry.what)) {
    begin('d');
    out += names_and_fields(domain->host, domain->fields);
  } else if (const auto* lookup = std::get_if<Lookup>(&entry.what)) {
    begin('l');
    put_text(out, lookup->host + '/' + lookup->code);
    put_part(out, lookup->bound);
    put_part(out, lookup->any);
  } else {
    begin('e');
    put(out, std::get<End>(entry.what).entries);
  }
  return out;
}

std::optional<Entry> decode(std::string_view payload) {
  Source source{payload};
  const auto kind = static_cast<char>(source.number<std::uint8_t>());
  Entry entry;
  entry.unix_ms = source.number<std::uint64_t>();
  if (kind == 'c') {
    std::string id{source.text()};
    entry.what = Campaign{std::move(id), source.fields()};
  } else if (kind == 'd') {
    std::string host{source.text()};
    entry.what = Domain{std::move(host), source.fields()};
  } else if (kind == 'l') {
    const std::string_view key = source.text();
    const std::size_t slash = key.rfind('/');
    if (slash == std::string_view::npos) return {};
    Lookup lookup;
    lookup.host = key.substr(0, slash);
    lookup.code = key.substr(slash + 1);
    lookup.bound = source.part();
    lookup.any = source.part();
    entry.what = std::move(lookup);
  } else if (kind == 'e') {
    entry.what = End{source.number<std::uint64_t>()};
  } else {
    return {};
  }
  if (!source.ended_well()) return {};
  return entry;
}

std::uint64_t checksum(std::string_view payload) noexcept {
  return XXH3_64bits_withSeed(payload.data(), payload.size(), version);
}

void append_framed(std::string& out, std::string_view payload) {
  put(out, static_cast<std::uint32_t>(payload.size()));
  put(out, checksum(payload));
  out += payload;
}

std::optional<Glance> glance(std::string_view payload) {
  Source source{payload};
  Glance seen;
  seen.kind = static_cast<char>(source.number<std::uint8_t>());
  seen.unix_ms = source.number<std::uint64_t>();
  if (seen.kind == 'e') return seen;
  const std::string_view name = source.text();
  if (!source.good()) return {};
  // The name with the kind and time before it would differ from answer to answer.
  seen.key = name;
  return seen;
}

}  // namespace waymark::redirect::snapshot
