#include "redirect/links/landing.hpp"

#include "redirect/decide/query.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

namespace waymark::redirect {
namespace {

constexpr std::size_t fill_bytes_max = 32;  // a token or a channel
static_assert(limits::filled_bytes_max / fill_bytes_max <= 255,
              "the marks of a head are counted in a byte");
static_assert(std::endian::native == std::endian::little, "packed numbers are little-endian");

struct Filled {
  std::string text;
  std::vector<LandingMark> marks;
};

// `text` with its placeholders filled in, or marked where a click fills them.
Filled filled(std::string_view text, const LinkNames& names) {
  struct Known {
    std::string_view placeholder;
    char mark;
    std::string value;
  };
  const std::array<Known, 5> known{{{"{click}", 'c', {}},
                                    {"{channel}", 'h', {}},
                                    {"{code}", 0, percent_encoded(names.code)},
                                    {"{referrer}", 0, percent_encoded(names.referrer)},
                                    {"{campaign}", 0, percent_encoded(names.campaign)}}};
  Filled result;
  while (!text.empty()) {
    const auto match =
        text.front() != '{' ? known.end() : std::ranges::find_if(known, [&](const Known& k) {
          return text.starts_with(k.placeholder);
        });
    if (match == known.end()) {
      result.text += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (match->mark != 0) {
      result.marks.push_back({static_cast<std::uint16_t>(result.text.size()), match->mark});
    }
    result.text += match->value;
    text.remove_prefix(match->placeholder.size());
  }
  return result;
}

// `https://shop.example?x=1` is a URL; its path is still `/`.
std::string with_path(std::string_view head) {
  const std::size_t authority = head.find("://") + 3;
  const std::size_t end = head.find_first_of("/?", authority);
  if (end != std::string_view::npos && head[end] == '/') return std::string{head};
  std::string text{head.substr(0, end)};
  text += '/';
  if (end != std::string_view::npos) text += head.substr(end);
  return text;
}

std::uint8_t joint_of(const Filled& head) noexcept {
  const std::string_view text = head.text;
  const std::size_t mark = text.find('?');
  if (mark == std::string_view::npos) return '?';
  const bool filled_at_end = !head.marks.empty() && head.marks.back().at == text.size();
  const bool open = mark + 1 == text.size() || text.ends_with('&');
  return open && !filled_at_end ? 0 : '&';
}

std::vector<std::string> names_of(std::string_view query) {
  std::vector<std::string> names;
  for_each_parameter(query, [&](const Parameter& p) { names.push_back(parameter_key(p.name)); });
  return names;
}

bool is_token(const Parameter& parameter) {
  return parameter_key(parameter.name) == "wm_click";
}

// A landing page that was copied from the address bar brings the token of that visit along. Readers
// that take the first of two would credit it for every click of the link.
std::string without_token(std::string_view head) {
  const std::size_t query_at = std::min(head.find('?'), head.size() - 1) + 1;
  std::string text{head.substr(0, query_at)};
  bool dropped = false;
  for_each_parameter(head.substr(query_at), [&](const Parameter& p) {
    if (is_token(p)) {
      dropped = true;
      return;
    }
    if (text.size() > query_at) text += '&';
    text += p.text;
  });
  return dropped ? text : std::string{head};
}

// The campaign's parameters that are not in `taken`.
std::string utm_without(const std::vector<std::string>& taken, std::string_view utm) {
  std::string rest;
  for_each_parameter(utm, [&](const Parameter& p) {
    if (is_token(p) || std::ranges::find(taken, parameter_key(p.name)) != taken.end()) return;
    rest.append(p.text).append("&");
  });
  return rest;
}

char low(std::size_t number) noexcept {
  return static_cast<char>(number & 0xffU);
}
char high(std::size_t number) noexcept {
  return static_cast<char>(number >> 8U & 0xffU);
}
std::uint16_t number_of(const char* bytes) noexcept {
  std::uint16_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

std::string text_of(const std::vector<LandingMark>& marks) {
  std::string text;
  for (const LandingMark& mark : marks) text.append({low(mark.at), high(mark.at), mark.kind});
  return text;
}

std::string text_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text.append({low(name.size()), high(name.size())}).append(name);
  }
  return text;
}

}  // namespace

LandingMark Landing::mark(std::size_t index) const noexcept {
  const char* const bytes = marks.data() + index * LandingMark::bytes;
  return {number_of(bytes), bytes[2]};
}

bool Landing::sets(std::string_view key) const noexcept {
  for (std::string_view rest = names; !rest.empty();) {
    const std::size_t bytes = number_of(rest.data());
    if (rest.substr(2, bytes) == key) return true;
    rest.remove_prefix(2 + bytes);
  }
  return false;
}

std::size_t PackedLanding::end() const noexcept {
  return at + text_bytes + (own_head ? head_bytes : 0U) + marks * LandingMark::bytes + utm_bytes +
         names_bytes;
}

Landing PackedLanding::open(const char* texts, const ResolvedCampaign& campaign) const noexcept {
  Landing landing;
  const char* next = texts + at;
  landing.text = {next, text_bytes};
  landing.tail = {next + tail_at, static_cast<std::size_t>(text_bytes - tail_at)};
  landing.head = {next, head_bytes};
  next += text_bytes;
  if (own_head) {
    landing.head = {next, head_bytes};
    next += head_bytes;
  }
  landing.marks = {next, marks * LandingMark::bytes};
  next += landing.marks.size();
  landing.utm = own_utm ? std::string_view{next, utm_bytes} : std::string_view{campaign.utm};
  next += utm_bytes;
  landing.names = {next, names_bytes};
  landing.joint = static_cast<char>(joint);
  return landing;
}

std::optional<PackedLanding> pack_landing(std::string_view destination, const LinkNames& names,
                                          const ResolvedCampaign& campaign, std::string& texts) {
  const std::size_t tail_at = std::min(destination.find('#'), destination.size());
  const std::string_view raw = destination.substr(0, tail_at);
  const std::size_t mark = raw.find('?');
  const std::vector<std::string> own_names =
      mark == std::string_view::npos ? std::vector<std::string>{} : names_of(raw.substr(mark + 1));
  const Filled head = filled(with_path(without_token(raw)), names);
  const std::string utm = utm_without(own_names, campaign.utm);
  const std::size_t filled_bytes =
      head.text.size() + head.marks.size() * fill_bytes_max + (destination.size() - tail_at);
  // The slash of an empty path is beside the limit.
  if (filled_bytes > limits::filled_bytes_max + 1) return std::nullopt;

  PackedLanding packed;
  packed.at = static_cast<std::uint32_t>(texts.size());
  packed.text_bytes = static_cast<std::uint16_t>(destination.size());
  packed.tail_at = static_cast<std::uint16_t>(tail_at);
  packed.head_bytes = static_cast<std::uint16_t>(head.text.size());
  packed.own_head = head.text != raw;
  packed.marks = static_cast<std::uint8_t>(head.marks.size());
  packed.own_utm = utm != campaign.utm;
  packed.utm_bytes = static_cast<std::uint16_t>(packed.own_utm ? utm.size() : 0);
  packed.joint = joint_of(head) & 0x3fU;
  const std::string name_texts = text_of(own_names);
  packed.names_bytes = static_cast<std::uint16_t>(name_texts.size());
  texts += destination;
  if (packed.own_head) texts += head.text;
  texts += text_of(head.marks);
  if (packed.own_utm) texts += utm;
  texts += name_texts;
  return packed;
}

}  // namespace waymark::redirect
