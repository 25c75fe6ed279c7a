#include "tracker/program/attribution_evidence.hpp"

#include "common/token.hpp"

#include <algorithm>
#include <map>

namespace waymark::tracker {
namespace {

Candidate candidate_of(EvidenceSource source, const ClickRow& row) {
  return {.source = source,
          .click = row.id,
          .unix_ms = row.unix_ms,
          .code = row.code,
          .link = row.link,
          .campaign = row.campaign,
          .referrer = row.referrer,
          .visitor = row.visitor,
          .bot = row.bot,
          .outcome = row.outcome,
          .test = row.test};
}

// Throws nothing: the first failure of the store is kept, and what follows is empty.
class Gatherer {
 public:
  Gatherer(Store& store, const KeyRing& keys) : store_(store), keys_(keys) {}

  Result<std::vector<Candidate>> gather(const OfferedEvidence& offered) {
    AttributionBuffer buffer;
    std::vector<Candidate> touches;
    if (!offered.token.empty()) touches = read_token(offered.token, buffer);
    if (!offered.click_id.empty()) add_click(offered.click_id, touches);
    std::ranges::move(touches, std::back_inserter(evidence_));
    if (failure_.failed()) return failure_;
    return std::move(evidence_);
  }

 private:
  // A row, or nothing: not_found, or a failure that is kept.
  template <class Row>
  std::optional<Row> row_or_note(const Result<Row>& row) {
    if (row) return *row;
    if (row.error() != Errc::not_found && !failure_.failed()) failure_ = row.error();
    return std::nullopt;
  }

  const CampaignRow* campaign(const std::string& id) {
    auto at = campaigns_.find(id);
    if (at == campaigns_.end()) {
      at = campaigns_.emplace(id, row_or_note(store_.campaign(id))).first;
    }
    return at->second ? &*at->second : nullptr;
  }

  // `otherwise_ms` where the campaign has no record here, as with those written into Redis.
  std::uint64_t window_ms(const std::string& id, std::uint64_t otherwise_ms) {
    const CampaignRow* const row = id.empty() ? nullptr : campaign(id);
    return row == nullptr ? otherwise_ms : row->record.window_seconds() * 1'000;
  }
  static std::uint64_t default_window_ms() { return CampaignRecord{}.window_seconds() * 1'000; }

  // --- click_id ---

  void add_click(const std::string& text, const std::vector<Candidate>& touches) {
    Candidate named{.source = EvidenceSource::click_id, .named = true};
    const auto signed_id = verify_click_token(text, keys_);
    const auto id = signed_id ? signed_id : parse_uuid(text);
    if (!id) {
      named.reason = EvidenceReason::forged;
      return evidence_.push_back(std::move(named));
    }
    const auto row = row_or_note(store_.click(*id));
    const auto touch = std::ranges::find(touches, *id, &Candidate::click);
    if (row) {
      named = candidate_of(EvidenceSource::click_id, *row);
      named.window_ms = window_ms(row->campaign, default_window_ms());
    } else if (touch != touches.end()) {
      named = *touch;
      named.source = EvidenceSource::click_id;
    } else {
      named.reason = signed_id ? EvidenceReason::awaiting_click : EvidenceReason::unknown;
      named.click = *id;
      named.unix_ms = id->unix_ms();
    }
    named.named = true;
    evidence_.push_back(named);
    if (named.visitor) add_others_of(*named.visitor, *id);
  }

  void add_others_of(const Uuid& visitor, const Uuid& named) {
    const auto rows = row_or_note(store_.clicks_of_visitor(visitor, visitor_clicks_max));
    if (!rows) return;
    for (const ClickRow& row : *rows) {
      if (row.id == named) continue;
      evidence_.push_back(candidate_of(EvidenceSource::click_id, row));
      evidence_.back().window_ms = window_ms(row.campaign, default_window_ms());
    }
  }

  // --- token ---

  std::vector<Candidate> read_token(const std::string& token, AttributionBuffer& buffer) {
    const auto read = verify_attribution(token, keys_, buffer);
    if (!read) {
      return {Candidate{.source = EvidenceSource::token, .reason = EvidenceReason::forged}};
    }
    std::vector<Candidate> touches;
    for (std::size_t i = 0; i < read->campaign_count; ++i) {
      const CampaignTouches& entry = read->campaigns[i];
      touches.push_back(touch(read->visitor, entry, entry.last));
      if (entry.first.click != entry.last.click) {
        touches.push_back(touch(read->visitor, entry, entry.first));
      }
    }
    return touches;
  }

  Candidate touch(const Uuid& visitor, const CampaignTouches& entry, const Touch& touch) {
    const std::string campaign_id{entry.campaign};
    const auto row = row_or_note(store_.click(touch.click));
    Candidate candidate =
        row ? candidate_of(EvidenceSource::token, *row) : unstored(visitor, campaign_id, touch);
    // What the cookie grants; both ends have been rounded down to the same second.
    const std::uint64_t claimed_ms = entry.last.click.unix_ms() / 1'000 * 1'000;
    const std::uint64_t ends_ms = entry.ends_at * 1'000;
    candidate.window_ms = window_ms(campaign_id, ends_ms > claimed_ms ? ends_ms - claimed_ms : 0);
    return candidate;
  }

  // The referrer, where a link of the store has the code; else the click row will say it.
  Candidate unstored(const Uuid& visitor, const std::string& campaign_id, const Touch& touch) {
    Candidate candidate{.source = EvidenceSource::token,
                        .click = touch.click,
                        .unix_ms = touch.click.unix_ms(),
                        .code = std::string{touch.code},
                        .campaign = campaign_id,
                        .visitor = visitor};
    const CampaignRow* const record = campaign(campaign_id);
    candidate.test = record != nullptr && record->record.status == CampaignStatus::testing;
    const auto link = row_or_note(store_.link_by_code("*", candidate.code));
    if (link && link->record.campaign == campaign_id) {
      candidate.link = link->id;
      candidate.referrer = link->record.referrer;
      candidate.test = candidate.test || link->record.test;
    }
    return candidate;
  }

  Store& store_;
  const KeyRing& keys_;
  std::vector<Candidate> evidence_;
  std::map<std::string, std::optional<CampaignRow>> campaigns_;
  boost::system::error_code failure_;
};

}  // namespace

Result<std::vector<Candidate>> gather_evidence(Store& store, const KeyRing& keys,
                                               const OfferedEvidence& offered) {
  return Gatherer{store, keys}.gather(offered);
}

}  // namespace waymark::tracker
