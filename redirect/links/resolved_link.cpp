#include "redirect/links/resolved_link.hpp"

#include "common/click_line.hpp"
#include "redirect/decide/query.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace waymark::redirect {
namespace {

std::string_view status_line_of(int status) {
  switch (status) {
    case 301:
      return "HTTP/1.1 301 Moved Permanently\r\n";
    case 303:
      return "HTTP/1.1 303 See Other\r\n";
    case 307:
      return "HTTP/1.1 307 Temporary Redirect\r\n";
    case 308:
      return "HTTP/1.1 308 Permanent Redirect\r\n";
    default:
      return "HTTP/1.1 302 Found\r\n";
  }
}

std::vector<std::string> names_of(std::string_view query) {
  std::vector<std::string> names;
  for_each_parameter(
      query, [&](const Parameter& parameter) { names.push_back(form_decoded(parameter.name)); });
  return names;
}

// The campaign's parameters that the destination does not set itself.
std::string merged_query(std::string_view own, std::string_view utm) {
  std::string query{own};
  const std::vector<std::string> taken = names_of(own);
  for_each_parameter(utm, [&](const Parameter& parameter) {
    if (std::ranges::find(taken, form_decoded(parameter.name)) != taken.end()) return;
    if (!query.empty()) query += '&';
    query += parameter.text;
  });
  return query;
}

// Fills what is known per link, and cuts the text where a click fills the rest.
std::vector<Destination::Piece> cut_at_slots(std::string_view text, const LinkRecord& link,
                                             std::string_view code) {
  using Slot = Destination::Slot;
  struct Known {
    std::string_view placeholder;
    Slot slot;
    std::string value;
  };
  const std::array<Known, 5> known{{{"{click}", Slot::click, {}},
                                    {"{channel}", Slot::channel, {}},
                                    {"{code}", Slot::none, percent_encoded(code)},
                                    {"{referrer}", Slot::none, percent_encoded(link.referrer)},
                                    {"{campaign}", Slot::none, percent_encoded(link.campaign)}}};
  std::vector<Destination::Piece> pieces(1);
  while (!text.empty()) {
    const auto match =
        text.front() != '{' ? known.end() : std::ranges::find_if(known, [&](const Known& k) {
          return text.starts_with(k.placeholder);
        });
    if (match == known.end()) {
      pieces.back().text += text.front();
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(match->placeholder.size());
    if (match->slot == Slot::none) {
      pieces.back().text += match->value;
    } else {
      pieces.back().slot = match->slot;
      pieces.emplace_back();
    }
  }
  return pieces;
}

Destination prepare_destination(const LinkRecord& link, std::string_view utm,
                                std::string_view code) {
  std::string_view rest = link.destination;
  Destination destination;
  if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
    destination.tail = rest.substr(hash);
    rest = rest.substr(0, hash);
  }
  const std::size_t mark = rest.find('?');
  const std::string_view own =
      mark == std::string_view::npos ? std::string_view{} : rest.substr(mark + 1);
  const std::string query = merged_query(own, utm);
  std::string head{rest.substr(0, mark)};
  // `https://shop.example?x=1` is a URL; its path is still `/`.
  if (head.find('/', head.find("://") + 3) == std::string::npos) head += '/';
  head.append("?").append(query);
  if (!query.empty()) head += '&';
  destination.pieces = cut_at_slots(head, link, code);
  destination.names = names_of(query);
  return destination;
}

std::size_t longest(const Destination& destination) {
  constexpr std::size_t slot_bytes_max = 32;  // a token or a channel
  std::size_t bytes = destination.tail.size();
  for (const auto& piece : destination.pieces) bytes += piece.text.size() + slot_bytes_max;
  return bytes;
}

void add_member(std::string& json, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  json.append("\"").append(name).append("\":\"").append(json_escaped(value)).append("\",");
}

std::string click_members(const LinkRecord& link, std::string_view code) {
  std::string json;
  add_member(json, "code", code);
  add_member(json, "link", link.link);
  add_member(json, "campaign", link.campaign);
  add_member(json, "referrer", link.referrer);
  add_member(json, "destination", link.destination);
  return json;
}

}  // namespace

std::size_t ResolvedLink::bytes() const noexcept {
  std::size_t total = sizeof(ResolvedLink) + code.capacity() + record.destination.capacity() +
                      click_json.capacity() + fallback.capacity() + record.rules.capacity() +
                      record.title.capacity() + record.description.capacity() +
                      record.image.capacity() + record.expired_url.capacity();
  for (const auto& piece : destination.pieces) total += sizeof(piece) + piece.text.capacity();
  for (const auto& name : destination.names) total += sizeof(name) + name.capacity();
  return total;
}

std::shared_ptr<const ResolvedLink> resolve_link(std::string code, LinkRecord link,
                                                 std::shared_ptr<const ResolvedCampaign> campaign) {
  auto resolved = std::make_shared<ResolvedLink>();
  resolved->code = std::move(code);
  resolved->destination = prepare_destination(link, campaign->record.utm, resolved->code);
  if (longest(resolved->destination) > location_bytes_max) return nullptr;
  resolved->click_json = click_members(link, resolved->code);
  resolved->status_line = status_line_of(link.status_code);
  resolved->fallback = link.expired_url.empty() ? campaign->record.fallback_url : link.expired_url;
  resolved->test = link.test || campaign->record.status == CampaignStatus::testing;
  resolved->campaign = std::move(campaign);
  resolved->record = std::move(link);
  return resolved;
}

std::shared_ptr<ResolvedCampaign> resolve_campaign(std::string id, CampaignRecord record,
                                                   bool known) {
  auto campaign = std::make_shared<ResolvedCampaign>();
  campaign->id = std::move(id);
  campaign->known = known;
  campaign->window_seconds = record.window_seconds();
  campaign->record = std::move(record);
  return campaign;
}

}  // namespace waymark::redirect
