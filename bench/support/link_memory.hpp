// What a cached link takes in all, measured at the allocator: slot, index, link, and what the
// allocator itself adds. Links look like those of a referral program; all of a campaign share it.
#pragma once

#include "redirect/links/link_cache.hpp"

#include <fmt/core.h>
#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace waymark::bench {

struct LinkMemory {
  std::size_t links = 0;     // in the cache at the end
  double bytes_taken = 0;    // of the allocator, by link
  double bytes_counted = 0;  // against cache.bytes, by link
};

inline std::size_t bytes_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

inline std::shared_ptr<const redirect::ResolvedLink> referral_link(
    std::size_t number, const std::shared_ptr<const redirect::ResolvedCampaign>& campaign) {
  LinkRecord record;
  record.destination = fmt::format("https://shop.example.com/welcome?ref={}", number);
  record.campaign = campaign->id;
  record.referrer = fmt::format("rfr_01hx5n2k8v{:08}", number);
  record.link = fmt::format("lnk_01hx5n2k8v{:08}", number);
  return redirect::resolve_link(fmt::format("c{:07}", number), std::move(record), campaign);
}

inline LinkMemory measure_link_memory(std::size_t links) {
  const std::shared_ptr<const redirect::ResolvedCampaign> campaign =
      redirect::resolve_campaign("camp_spring", {}, true);
  const std::size_t before = bytes_in_use();
  auto cache = std::make_unique<redirect::LinkCache>(
      redirect::CacheOptions{.bytes_max = std::size_t{1} << 40U, .absences_max = 4, .seed = 7});
  for (std::size_t i = 0; i < links; ++i) {
    const auto link = referral_link(i, campaign);
    cache->store(1, std::string{link->code()}, {redirect::LookupStatus::answered, nullptr, link},
                 1'000);
  }
  const auto count = static_cast<double>(cache->entries());
  return {cache->entries(), static_cast<double>(bytes_in_use() - before) / count,
          static_cast<double>(cache->bytes()) / count};
}

}  // namespace waymark::bench
