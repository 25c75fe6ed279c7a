#include "redirect/links/tracking_set.hpp"

#include <algorithm>
#include <utility>

namespace waymark::redirect {

TrackingSet::TrackingSet(boost::asio::io_context& io, redis::ConnectionOptions options,
                         Tracking::Events events, Log& log)
    : io_(io), options_(std::move(options)), events_(std::move(events)), log_(log) {}

void TrackingSet::follow(const redis::Client& lookups) {
  // The one server of a URL stands for itself, wherever Sentinels or a list of hosts lead.
  std::vector<redis::Address> masters{redis::Address{}};
  if (lookups.is_cluster()) masters = lookups.topology().masters();
  if (masters.empty()) return;
  std::erase_if(all_, [&](const One& one) {
    return std::ranges::find(masters, one.master) == masters.end();
  });
  for (const redis::Address& master : masters) {
    if (std::ranges::find(all_, master, &One::master) != all_.end()) continue;
    redis::ConnectionOptions options = options_;
    if (lookups.is_cluster()) options.url.addresses = {master};
    One& one = all_.emplace_back(
        master, std::make_shared<Tracking>(io_, std::move(options), events_, log_));
    one.tracking->start();
  }
}

bool TrackingSet::armed() const noexcept {
  return !all_.empty() &&
         std::ranges::all_of(all_, [](const One& one) { return one.tracking->armed(); });
}

}  // namespace waymark::redirect
