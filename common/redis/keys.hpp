// Names of everything Waymark keeps in Redis. Fixed: other systems rely on them.
#pragma once

#include <string>
#include <string_view>

namespace waymark::redis_keys {

// Server `redis.links`.
inline constexpr std::string_view link_prefix = "wm:link:";
inline constexpr std::string_view campaign_prefix = "wm:campaign:";
inline constexpr std::string_view domain_prefix = "wm:domain:";
inline constexpr std::string_view filled = "wm:filled";
inline std::string filled_of(std::string_view tag) {  // in a Cluster, see fill_tags.hpp
  return std::string{filled}.append(":{").append(tag).append("}");
}
// Stands in Redis while a fill is under way; who finds it missing knows that the fill was undone.
inline constexpr std::string_view filling = "wm:filling";
inline constexpr std::string_view want = "wm:want";
inline constexpr std::string_view any_host = "*";

inline std::string link(std::string_view host, std::string_view code) {
  return std::string{link_prefix}.append(host).append("/").append(code);
}
inline std::string campaign(std::string_view id) {
  return std::string{campaign_prefix}.append(id);
}
inline std::string domain(std::string_view host) {
  return std::string{domain_prefix}.append(host);
}
// The one field of a record of which the tracker says that there is none (links.origin = tracker).
inline constexpr std::string_view absent_field = "absent";
inline constexpr std::string_view absent_value = "1";

// Server `redis.stream`.
inline constexpr std::string_view stream = "wm:stream";
inline constexpr std::string_view committed = "wm:committed";
inline constexpr std::string_view edges = "wm:edges";
// Hash: field <tag>, value `<unix ms>;<entries>;<group that was behind>` of the last time that
// shard was cut to stream.max_bytes.
inline constexpr std::string_view capped = "wm:capped";
inline constexpr std::string_view dead = "wm:clicks:dead";
inline constexpr std::string_view drain_group = "tracker";
inline constexpr std::string_view default_shard = "0";

inline std::string clicks(std::string_view shard) {
  return std::string{"wm:clicks:{"}.append(shard).append("}");
}
inline std::string through(std::string_view shard) {
  return std::string{"through:"}.append(shard);
}

}  // namespace waymark::redis_keys
