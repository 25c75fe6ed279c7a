// Every fixed limit of Waymark. What an operator may change is a setting instead; its default and
// range stand in the settings structs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace waymark::limits {

// Requests.
inline constexpr std::size_t header_bytes_max = 8 * 1024;  // request line and fields together
inline constexpr std::size_t target_bytes_max = 4 * 1024;
inline constexpr std::size_t host_bytes_max = 255;
inline constexpr std::size_t proxy_header_bytes_max = 4 * 1024;  // PROXY protocol 2 with its TLVs

// In the kernel, of a connection: answers not taken yet, as much as is sent at once, and requests
// not looked at yet. The kernel reckons with twice as much, its own bookkeeping included.
inline constexpr int unread_bytes_max = 64 * 1024;
inline constexpr int unserved_bytes_max = 32 * 1024;

// Links.
inline constexpr std::size_t code_bytes_max = 64;
inline constexpr std::size_t base_url_bytes_max = 512;  // of links.base_url
inline constexpr std::size_t id_bytes_max = 64;         // campaign, referrer and link ids
inline constexpr std::size_t destination_bytes_max = 2 * 1024;
inline constexpr std::size_t filled_bytes_max = 4 * 1024;   // a destination, placeholders filled in
inline constexpr std::size_t record_bytes_max = 16 * 1024;  // all fields of one record
// Answers that wait for the snapshot of links before it is written ahead of its time; a million
// new links a minute are five times that.
inline constexpr std::size_t snapshot_waiting_bytes = 32 * 1024 * 1024;
// Links found to have no record that wait for it, eight bytes each.
inline constexpr std::size_t snapshot_gone_max = 250'000;

// Times of records, in unix seconds: the end of the year 9999, which four digits can still write.
inline constexpr std::uint64_t unix_seconds_max = 253'402'300'799;

// Rules of a link.
inline constexpr std::size_t rules_max = 64;
inline constexpr std::size_t rule_values_max = 256;  // of one condition
inline constexpr std::size_t rule_language_bytes_max = 35;
inline constexpr std::size_t split_variants_max = 32;  // of one rule
inline constexpr std::int64_t split_weight_max = 1'000'000;
// Of what a visitor sends rules see no more, so that no header makes a redirect dear.
inline constexpr std::size_t accepted_languages_max = 32;
inline constexpr std::size_t rule_parameters_max = 64;

// What a click may carry.
inline constexpr std::size_t user_agent_bytes_max = 512;
inline constexpr std::size_t channel_bytes_max = 32;
inline constexpr std::size_t share_bytes_max = 64;
inline constexpr std::size_t referring_host_bytes_max = 255;
inline constexpr std::size_t stored_query_bytes_max = 512;
inline constexpr std::size_t language_bytes_max = 16;
inline constexpr std::size_t click_line_bytes_max = 8 * 1024;

// Cookie wm_ref.
inline constexpr std::size_t cookie_campaigns_max = 3;
inline constexpr std::size_t cookie_bytes_max = 2 * 1024;  // of the encoded value
inline constexpr std::size_t key_id_bytes_max = 16;
inline constexpr std::size_t keys_max = 16;

// Files of the operator.
inline constexpr std::size_t agents_file_bytes_max = 256 * 1024;

// Cards for preview agents, which show less than this; characters grow up to sixfold when escaped,
// those of a URL fivefold.
inline constexpr std::size_t card_title_bytes_max = 200;
inline constexpr std::size_t card_description_bytes_max = 300;
inline constexpr std::size_t card_bytes_max =
    6 * (3 * card_title_bytes_max + 2 * card_description_bytes_max) + 5 * destination_bytes_max +
    1536;

// What an answer may take: the longest destination with its placeholders filled, a campaign's utm,
// the visitor's own parameters, cookie and fixed headers; or a card.
inline constexpr std::size_t answer_bytes_max = std::max(
    filled_bytes_max + destination_bytes_max + 3 * target_bytes_max + cookie_bytes_max + 1024,
    card_bytes_max);

// Pages and pictures.
inline constexpr std::size_t qr_bytes_max = 2 * 1024 * 1024;  // QR codes that a thread keeps
inline constexpr std::size_t well_known_files_max = 64;
inline constexpr std::size_t well_known_bytes_max = 64 * 1024;  // of one file

// Shipping.
inline constexpr std::size_t committed_ranges_max = 64;  // per origin above `complete`
inline constexpr std::size_t stream_shards_max = 1024;
// Of a shard: acknowledged entries go before they take more, however young.
inline constexpr std::uint64_t stream_kept_bytes_max = 64 * 1024 * 1024;

// Redis Cluster.
inline constexpr std::size_t redis_masters_max = 1'000;

static_assert(static_cast<std::size_t>(unserved_bytes_max) >= 2 * header_bytes_max,
              "a request must fit while the one before it is answered");
static_assert(target_bytes_max + 512 <= header_bytes_max,
              "a request with its longest target must fit the header limit");
static_assert(destination_bytes_max + user_agent_bytes_max * 2 + stored_query_bytes_max * 2 +
                      code_bytes_max + 3 * id_bytes_max + 1024 <=
                  click_line_bytes_max,
              "a click with every field at its limit must fit one line");

}  // namespace waymark::limits
