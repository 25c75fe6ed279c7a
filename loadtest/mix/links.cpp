#include "loadtest/mix/links.hpp"

#include "loadtest/mix/random.hpp"
#include "loadtest/mix/text.hpp"

#include <array>
#include <unordered_set>

namespace waymark::mix {
namespace {

struct Campaign {
  const char* id;
  const char* status;
  const char* window_days;
  const char* cookies;
  const char* utm;
  const char* fallback_url;
  const char* referrer_policy;
};

constexpr std::size_t live_campaigns = 8;
constexpr std::array<Campaign, 11> campaigns{{
    {"camp_spring", "live", "60", "", "utm_source=referral&utm_medium=link", "", ""},
    {"camp_friends_2026", "live", "30", "", "utm_source=referral&utm_campaign=friends_2026",
     "https://shop.example/", ""},
    {"camp_account", "live", "90", "", "", "https://www.bank.example/giro", "no-referrer"},
    {"camp_app", "live", "14", "consent",
     "utm_source=friend&utm_medium=app&utm_campaign=app_install", "", ""},
    {"camp_energy", "live", "45", "", "utm_source=referral", "", ""},
    {"camp_partner", "live", "7", "never", "utm_source=partner&utm_medium=affiliate", "", "origin"},
    {"camp_depot", "live", "60", "", "utm_source=referral&utm_medium=share&utm_campaign=depot_q1",
     "https://broker.example.org/depot", ""},
    {"camp_loyalty", "live", "0.5", "", "", "", ""},
    {"camp_autumn_2025", "ended", "30", "", "utm_source=referral", "https://shop.example/sorry",
     ""},
    {"camp_quiet", "ended", "30", "", "", "", ""},
    {"camp_next", "testing", "60", "", "utm_source=referral", "", ""},
}};

constexpr std::array destinations{
    "https://shop.example/welcome",
    "https://shop.example/de/freunde?ref={referrer}",
    "https://www.bank.example/girokonto/empfehlung?partner={code}&channel={channel}#antrag",
    "https://broker.example.org/depot/new?campaign={campaign}",
    "https://app.example.net/install?c={channel}&ref={referrer}&click={click}",
    "https://energy.example/tarife/oekostrom?aktion=freunde&sub1={code}",
    "https://www.travel.example/en/offers/city-breaks/summer-2026/invite-a-friend?voucher=50EUR"
    "&terms=https%3A%2F%2Fwww.travel.example%2Fen%2Fterms%3Fv%3D7&layout=landing-b",
};

constexpr std::array names{
    "anna", "ben",   "clara", "david", "emma",  "felix", "greta",  "hans",  "ida",    "jonas",
    "kim",  "lea",   "max",   "nina",  "oskar", "paula", "quinn",  "robin", "sofia",  "tim",
    "ute",  "viola", "wim",   "xenia", "yusuf", "zoe",   "mehmet", "olga",  "pierre", "giulia",
};

// Half read like names, as people choose them; half are drawn by a machine.
std::string draw_code(Random& random) {
  const std::size_t form = random.below(10);
  if (form == 0) return join({"spring-", random.text(4, digits)});
  if (form == 1) return join({random.pick(names), "_", random.pick(names)});
  if (form == 2) return random.text(20 + random.below(12), lower_alphanumeric);
  if (form < 7) return random.text(6 + random.below(4), lower_alphanumeric);
  return join({random.pick(names), random.text(1 + random.below(4), digits)});
}

const Campaign* draw_campaign(Random& random, std::size_t rank) {
  if (random.chance(0.05)) return nullptr;
  // Whatever has ended or not begun is not what everybody clicks.
  const bool live = rank < 20 || random.chance(0.93);
  return &campaigns[live ? random.below(live_campaigns)
                         : live_campaigns + random.below(campaigns.size() - live_campaigns)];
}

// What the edge answers for a link outside its time.
int late_status(const Campaign* campaign, bool has_expired_url) {
  return has_expired_url || (campaign != nullptr && *campaign->fallback_url != '\0') ? 302 : 410;
}

// Sets the state of a link past the popular head; returns whether it still leads to its page.
bool draw_state(Random& random, std::uint64_t now, RecordFields& fields) {
  switch (random.below(50)) {
    case 0:
      fields.emplace_back("status", "paused");
      return false;
    case 1:
      fields.emplace_back("status", "archived");
      return false;
    case 2:
      fields.emplace_back("expires_at", std::to_string(now - 86'400));
      return false;
    case 3:
      fields.emplace_back("starts_at", std::to_string(now + 30 * 86'400));
      return false;
    case 4:
      fields.emplace_back("full", "1");
      return false;
    case 5:
      fields.emplace_back("expires_at", std::to_string(now + 90 * 86'400));
      return true;
    case 6:
      fields.emplace_back("query", "drop");
      return true;
    case 7:
      fields.emplace_back("test", "1");
      return true;
    case 8:
      fields.emplace_back("title", "Welcome_gift");
      return true;
    default:
      return true;
  }
}

MixLink draw_link(Random& random, std::size_t rank, std::uint64_t now) {
  MixLink link;
  link.code = draw_code(random);
  if (rank >= 20 && random.chance(0.05)) link.host = second_host;
  const std::string number = std::to_string(rank + 1);
  link.fields = {{"destination", random.pick(destinations)}, {"link", join({"lnk_", number})}};
  const Campaign* campaign = draw_campaign(random, rank);
  if (campaign != nullptr) link.fields.emplace_back("campaign", campaign->id);
  if (random.chance(0.9)) link.fields.emplace_back("referrer", join({"rfr_", number}));

  const bool alive = rank < 20 || draw_state(random, now, link.fields);
  const bool ended = campaign != nullptr && std::string_view{campaign->status} == "ended";
  if (alive && !ended) {
    if (random.chance(0.02)) {
      link.status = random.chance(0.5) ? 307 : 303;
      link.fields.emplace_back("status_code", std::to_string(link.status));
    }
    return link;
  }
  const bool has_expired_url = random.chance(0.3);
  if (has_expired_url) link.fields.emplace_back("expired_url", "https://shop.example/too-late");
  link.status = late_status(campaign, has_expired_url);
  return link;
}

}  // namespace

std::vector<MixLink> make_links(const MixOptions& options) {
  Random random{options.seed ^ 0x6c696e6b73};  // apart from the requests' chance
  std::vector<MixLink> links;
  links.reserve(options.links);
  std::unordered_set<std::string> taken;
  while (links.size() < options.links) {
    MixLink link = draw_link(random, links.size(), options.now);
    if (taken.insert(link.code).second) links.push_back(std::move(link));
  }
  return links;
}

std::vector<MixRecord> make_campaigns() {
  std::vector<MixRecord> records;
  for (const Campaign& campaign : campaigns) {
    MixRecord record{join({"wm:campaign:", campaign.id}), {{"status", campaign.status}}};
    const auto add = [&record](const char* field, const char* value) {
      if (*value != '\0') record.fields.emplace_back(field, value);
    };
    add("window_days", campaign.window_days);
    add("cookies", campaign.cookies);
    add("utm", campaign.utm);
    add("fallback_url", campaign.fallback_url);
    add("referrer_policy", campaign.referrer_policy);
    records.push_back(std::move(record));
  }
  return records;
}

std::string_view any_live_campaign(std::size_t number) {
  return campaigns[number % live_campaigns].id;
}

std::vector<MixRecord> mix_records(const MixOptions& options) {
  std::vector<MixRecord> records = make_campaigns();
  for (MixLink& link : make_links(options)) {
    const std::string_view host = link.host.empty() ? std::string_view{"*"} : link.host;
    records.push_back({join({"wm:link:", host, "/", link.code}), std::move(link.fields)});
  }
  return records;
}

}  // namespace waymark::mix
