// What a cached link takes in all, measured at the allocator: the link, slot and index of each
// thread that holds it, and what the allocator itself adds. Links look like those of a referral
// program; all of a campaign share it.
#pragma once

#include "redirect/links/link_cache.hpp"

#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace waymark::bench {

struct LinkMemory {
  std::size_t links = 0;        // in each cache at the end
  double bytes_taken = 0;       // of the allocator, by link
  double bytes_counted = 0;     // against cache.bytes, by link
  double longest_store_us = 0;  // CPU time: what a visitor waits for at worst while links come in
};

inline std::size_t bytes_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

inline double thread_cpu_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

inline std::shared_ptr<const redirect::ResolvedLink> referral_link(
    std::size_t number, const std::shared_ptr<const redirect::ResolvedCampaign>& campaign) {
  LinkRecord record;
  record.destination = fmt::format("https://shop.example.com/welcome?ref={}", number);
  record.campaign = campaign->id;
  record.referrer = fmt::format("rfr_01hx5n2k8v{:08}", number);
  record.link = fmt::format("lnk_01hx5n2k8v{:08}", number);
  return redirect::resolve_link(fmt::format("c{:07}", number), record, campaign);
}

inline LinkMemory measure_link_memory(std::size_t links, std::size_t threads = 1) {
  const std::shared_ptr<const redirect::ResolvedCampaign> campaign =
      redirect::resolve_campaign("camp_spring", {}, true);
  const std::size_t bytes_max_of_each = 240 + threads * 80;  // all fit, and not many more would
  const std::size_t before = bytes_in_use();
  const redirect::CacheOptions options{
      .bytes_max = links * bytes_max_of_each, .threads = threads, .absences_max = 4, .seed = 7};
  std::vector<redirect::LinkCache> caches;
  for (std::size_t thread = 0; thread < threads; ++thread) caches.emplace_back(options);
  double longest_store_us = 0;
  for (std::size_t i = 0; i < links; ++i) {
    const auto link = referral_link(i, campaign);
    const std::string code{link->code()};
    for (redirect::LinkCache& cache : caches) {
      const double begin_us = thread_cpu_us();
      cache.store(1, code, {redirect::LookupStatus::answered, nullptr, link}, 1'000);
      longest_store_us = std::max(longest_store_us, thread_cpu_us() - begin_us);
    }
  }
  const std::size_t entries = caches.front().entries();
  const auto count = static_cast<double>(entries);
  return {entries, static_cast<double>(bytes_in_use() - before) / count,
          static_cast<double>(threads * caches.front().bytes()) / count, longest_store_us};
}

}  // namespace waymark::bench
