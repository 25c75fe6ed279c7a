#include "redirect/links/resolved_link.hpp"

#include "redirect/links/heap_bytes.hpp"
#include "redirect/links/tail_allocator.hpp"

#include <cstring>
#include <utility>

namespace waymark::redirect {
namespace {

constexpr std::int64_t always = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

bool has_extras(const LinkRecord& link) {
  return !(link.expired_url.empty() && link.title.empty() && link.description.empty() &&
           link.image.empty() && link.rules.empty());
}

std::unique_ptr<LinkExtras> extras_of(const LinkRecord& link) {
  if (!has_extras(link)) return nullptr;
  auto extras = std::make_unique<LinkExtras>();
  extras->expired_url = link.expired_url;
  extras->title = link.title;
  extras->description = link.description;
  extras->image = link.image;
  return extras;
}

std::size_t bytes_of(const LinkExtras& extras) noexcept {
  return heap_bytes(sizeof extras) + heap_bytes(extras.expired_url) + heap_bytes(extras.title) +
         heap_bytes(extras.description) + heap_bytes(extras.image) + extras.rules.bytes();
}

}  // namespace

struct ResolvedLink::Parts {
  const LinkRecord& record;
  std::shared_ptr<const ResolvedCampaign> campaign;
  std::unique_ptr<const LinkExtras> extras;
  PackedLanding landing;
  std::uint8_t code_bytes;
  std::string_view texts;  // code, link id, referrer, and those of the landing page
};

ResolvedLink::ResolvedLink(Parts&& parts)
    : campaign(std::move(parts.campaign)),
      extras_(std::move(parts.extras)),
      starts_at_(parts.record.starts_at.value_or(always)),
      expires_at_(parts.record.expires_at.value_or(never)),
      landing_(parts.landing),
      code_bytes_(parts.code_bytes),
      link_bytes_(static_cast<std::uint8_t>(parts.record.link.size())),
      referrer_bytes_(static_cast<std::uint8_t>(parts.record.referrer.size())),
      status_code_(static_cast<std::uint8_t>(parts.record.status_code - 300)),
      status_(static_cast<unsigned>(parts.record.status) & 3U),
      full_(parts.record.full),
      drops_query_(parts.record.query == QueryPolicy::drop),
      own_test_(parts.record.test) {
  std::memcpy(reinterpret_cast<char*>(this + 1), parts.texts.data(), parts.texts.size());
}

std::string_view ResolvedLink::status_line() const noexcept {
  switch (status_code()) {
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

std::size_t ResolvedLink::bytes() const noexcept {
  // What allocate_shared adds: a table pointer, two counts, and the allocator.
  constexpr std::size_t shared_bytes = 24;
  const std::size_t own = heap_bytes(shared_bytes + sizeof *this + landing_.end());
  return extras_ ? own + bytes_of(*extras_) : own;
}

std::shared_ptr<const ResolvedLink> resolve_link(std::string code, const LinkRecord& link,
                                                 std::shared_ptr<const ResolvedCampaign> campaign) {
  const LinkNames names{code, link.referrer, link.campaign};
  std::string texts = code + link.link + link.referrer;
  const auto landing = pack_landing(link.destination, names, *campaign, texts);
  if (!landing) return nullptr;
  auto extras = extras_of(link);
  if (!link.rules.empty()) {
    // Where they may lead was checked with the record.
    const auto rules = parse_rules(link.rules, {}).value();
    auto compiled = compile_rules(rules, names, link.link.empty() ? code : link.link, *campaign);
    if (!compiled) return nullptr;
    extras->rules = std::move(*compiled);
  }
  return std::allocate_shared<ResolvedLink>(
      TailAllocator<ResolvedLink>{texts.size()},
      ResolvedLink::Parts{link, std::move(campaign), std::move(extras), *landing,
                          static_cast<std::uint8_t>(code.size()), texts});
}

std::shared_ptr<const ResolvedLink> unusable_link(std::string code) {
  static const auto draft =
      resolve_campaign({}, CampaignRecord{.status = CampaignStatus::draft}, true);
  return resolve_link(std::move(code), LinkRecord{.destination = "http://unusable.invalid/"},
                      draft);
}

}  // namespace waymark::redirect
