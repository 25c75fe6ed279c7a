#include "redirect/links/landing.hpp"

#include "redirect/decide/query.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace waymark::redirect {
namespace {

// `text` with its placeholders filled in, or marked where a click fills them.
std::string filled(std::string_view text, const LinkNames& names) {
  struct Known {
    std::string_view placeholder;
    std::string value;
  };
  const std::array<Known, 5> known{{{"{click}", {Landing::click_mark}},
                                    {"{channel}", {Landing::channel_mark}},
                                    {"{code}", percent_encoded(names.code)},
                                    {"{referrer}", percent_encoded(names.referrer)},
                                    {"{campaign}", percent_encoded(names.campaign)}}};
  std::string result;
  while (!text.empty()) {
    const auto match =
        text.front() != '{' ? known.end() : std::ranges::find_if(known, [&](const Known& k) {
          return text.starts_with(k.placeholder);
        });
    if (match == known.end()) {
      result += text.front();
      text.remove_prefix(1);
    } else {
      result += match->value;
      text.remove_prefix(match->placeholder.size());
    }
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

char joint_of(std::string_view head) noexcept {
  if (head.ends_with('?')) return 0;
  if (head.find('?') == std::string_view::npos) return '?';
  return head.ends_with('&') ? '\0' : '&';
}

// The campaign's parameters that `own` does not set.
std::string utm_without(std::string_view own, std::string_view utm) {
  std::vector<std::string> taken;
  for_each_parameter(own, [&](const Parameter& p) { taken.push_back(form_decoded(p.name)); });
  std::string rest;
  for_each_parameter(utm, [&](const Parameter& p) {
    if (std::ranges::find(taken, form_decoded(p.name)) != taken.end()) return;
    rest.append(p.text).append("&");
  });
  return rest;
}

}  // namespace

Landing PackedLanding::open(const char* texts, const ResolvedCampaign& campaign) const noexcept {
  const char* const text = texts + at;
  Landing landing;
  landing.text = {text, text_bytes};
  landing.own_query = {text + query_at, static_cast<std::size_t>(tail_at - query_at)};
  landing.tail = {text + tail_at, static_cast<std::size_t>(text_bytes - tail_at)};
  const char* const further = text + text_bytes;
  landing.head =
      head_bytes == 0 ? std::string_view{text, tail_at} : std::string_view{further, head_bytes};
  landing.utm =
      own_utm ? std::string_view{further + head_bytes, utm_bytes} : std::string_view{campaign.utm};
  landing.joint = joint;
  landing.has_marks = has_marks;
  landing.encoded_names = encoded_names;
  return landing;
}

PackedLanding pack_landing(std::string_view destination, const LinkNames& names,
                           const ResolvedCampaign& campaign, std::string& texts) {
  const std::size_t tail_at = std::min(destination.find('#'), destination.size());
  const std::string_view raw = destination.substr(0, tail_at);
  const std::size_t mark = raw.find('?');
  const std::size_t query_at = mark == std::string_view::npos ? tail_at : mark + 1;
  const std::string_view own = raw.substr(query_at);
  const std::string head = filled(with_path(raw), names);
  const std::string utm = utm_without(own, campaign.utm);

  PackedLanding packed;
  packed.at = static_cast<std::uint32_t>(texts.size());
  packed.text_bytes = static_cast<std::uint16_t>(destination.size());
  packed.query_at = static_cast<std::uint16_t>(query_at);
  packed.tail_at = static_cast<std::uint16_t>(tail_at);
  packed.joint = joint_of(head);
  constexpr char marks[] = {Landing::click_mark, Landing::channel_mark};
  packed.has_marks = head.find_first_of({marks, sizeof marks}) != std::string::npos;
  packed.encoded_names = own.find_first_of("%+") != std::string_view::npos;
  texts += destination;
  if (head != raw) {
    packed.head_bytes = static_cast<std::uint16_t>(head.size());
    texts += head;
  }
  if (utm != campaign.utm) {
    packed.own_utm = true;
    packed.utm_bytes = static_cast<std::uint16_t>(utm.size());
    texts += utm;
  }
  return packed;
}

std::size_t location_bytes(const Landing& landing) noexcept {
  constexpr std::size_t mark_bytes_max = 32;  // a token or a channel
  const auto is_mark = [](char c) {
    return c == Landing::click_mark || c == Landing::channel_mark;
  };
  const auto marks = static_cast<std::size_t>(std::ranges::count_if(landing.head, is_mark));
  return landing.head.size() + marks * mark_bytes_max + 1 + landing.utm.size() +
         landing.tail.size();
}

}  // namespace waymark::redirect
