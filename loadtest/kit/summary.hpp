// Sentences about a result that the table and the page share.
#pragma once

#include "loadtest/kit/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace waymark::loadtest {

enum class Outcome { done, passed, failed, invalid };

Outcome outcome_of(const RunResult& result) noexcept;

// "FAILED: 1 of 3 thresholds not met".
std::string outcome_text(const RunResult& result);

// "open loop, 20,000/s for 30.0 s" or "closed loop, 64 connections".
std::string plan_text(const RunResult& result);

// "19,998/s (99.99 % of the target): 599,940 of 600,000 requests answered in 30.0 s".
std::string achieved_text(const RunResult& result);

// "connect 1, timeout 2", or "none".
std::string errors_text(const Errors& errors);

// "302: 599,000 (99.8 %), 404: 1,200 (0.2 %)", or "none".
std::string statuses_text(const std::map<int, std::uint64_t>& statuses);

// "redis-stall of redis at 10.0 s for 2.00 s".
std::string chaos_text(const ChaosEvent& event);

std::string generator_text(const RunResult& result);
std::string connections_text(const RunResult& result);
std::string server_text(const ServerUsage& server);
std::string clicks_text(const ClickTruth& clicks);
// Of clicks past the limit of the ledger; empty without any.
std::string not_reconciled_text(const ClickTruth& clicks);
std::string_view found_word(const ClickTruth& clicks);  // "stored", "in the stream"
std::string_view row_word(const ClickTruth& clicks);    // "row", "event"

// What a reader should know before believing the figures, a sentence each: percentiles with too few
// samples, a short run.
std::vector<std::string> cautions(const RunResult& result);

}  // namespace waymark::loadtest
