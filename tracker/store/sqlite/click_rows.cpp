#include "tracker/store/sqlite/click_rows.hpp"

#include <numeric>

namespace waymark::tracker::sqlite {

namespace {

template <class Text>
std::string_view text_of(const Uuid& id, Text& buffer) {
  write_text(id, buffer.data());
  return {buffer.data(), buffer.size()};
}

void put_flag(ColumnValue& value, bool flag) {
  if (flag) value.put(std::int64_t{1});
}

}  // namespace

void ClickRows::show(std::span<const Click> clicks) {
  clicks_ = clicks;
  places_.resize(clicks.size());
  std::iota(places_.begin(), places_.end(), std::size_t{0});
}

void ClickRows::show(std::span<const Click> clicks, const std::vector<bool>& uniques,
                     std::vector<std::size_t> places) {
  clicks_ = clicks;
  uniques_ = &uniques;
  places_ = std::move(places);
}

// Columns as `columns` lists them, which is the order of the table.
void ClickRows::read(std::size_t row, int column, ColumnValue value) {
  const Click& click = clicks_[places_[row]];
  switch (column) {
    case 0:
      return value.put(text_of(click.id, id_));
    case 1:
      return value.put(static_cast<std::int64_t>(click.unix_ms));
    case 2:
      return value.put_optional(click.code);
    case 3:
      return value.put_optional(click.host);
    case 4:
      return value.put_optional(click.link);
    case 5:
      return value.put_optional(click.campaign);
    case 6:
      return value.put_optional(click.referrer);
    case 7:
      if (click.visitor) value.put(text_of(*click.visitor, visitor_));
      return;
    case 8:
      return put_flag(value, click.new_visitor);
    case 9:
      if (click.previous) value.put(text_of(*click.previous, previous_));
      return;
    case 10:
      return value.put_optional(click.destination);
    case 11:
      if (click.rule) value.put(*click.rule);
      return;
    case 12:
      return value.put_optional(click.channel);
    case 13:
      return value.put_optional(click.share);
    case 14:
      return value.put_optional(click.referring_host);
    case 15:
      return value.put_optional(click.query_json);
    case 16:
      return value.put_optional(click.ip);
    case 17:
      return value.put_optional(click.ipk);
    case 18:
      return value.put_optional(click.user_agent);
    case 19:
      return value.put_optional(click.device);
    case 20:
      return value.put_optional(click.os);
    case 21:
      return value.put_optional(click.language);
    case 22:
      return value.put_optional(click.country);
    case 23:
      return value.put_optional(click.bot);
    case 24:
      return value.put_optional(click.outcome);
    case 25:
      return put_flag(value, click.test);
    case 26:
      return put_flag(value, (*uniques_)[places_[row]]);
    case 27:
      return value.put_optional(click.list);
  }
}

}  // namespace waymark::tracker::sqlite
