#include "tracker/program/attribution.hpp"

#include <algorithm>

namespace waymark::tracker {
namespace {

struct ReasonText {
  EvidenceReason reason;
  std::string_view word;
  std::string_view sentence;
};

constexpr ReasonText reason_texts[] = {
    {EvidenceReason::eligible, "eligible", "Could be credited."},
    {EvidenceReason::won, "won", "This click is credited."},
    {EvidenceReason::superseded_by_model, "superseded_by_model",
     "Another click of the same campaign is the one that the model chooses."},
    {EvidenceReason::lower_rank, "lower_rank", "Stronger evidence decides."},
    {EvidenceReason::expired, "expired", "The click is older than the campaign's window."},
    {EvidenceReason::after_event, "after_event", "The click was made after the event."},
    {EvidenceReason::other_campaign, "other_campaign", "The click belongs to another campaign."},
    {EvidenceReason::mode_mismatch, "mode_mismatch",
     "The click and the event are not both in test mode, or both real."},
    {EvidenceReason::bot, "bot", "The click was not made by a person: see bot."},
    {EvidenceReason::not_landed, "not_landed",
     "The link was not active, so the visitor did not reach the landing page."},
    {EvidenceReason::forged, "forged", "It was not signed with a key of this tracker's keys file."},
    {EvidenceReason::unknown, "unknown",
     "No stored click has this id; pass the token, whose signature stands for the click."},
    {EvidenceReason::awaiting_click, "awaiting_click",
     "The signature is right, but the click is not stored yet: ask again in a moment."},
};

const ReasonText& text_of(EvidenceReason reason) {
  return *std::ranges::find(reason_texts, reason, &ReasonText::reason);
}

// Prefetching shows that somebody was about to come: the page that was prefetched may be the one
// that is shown.
bool is_bot(const Candidate& candidate) {
  return !candidate.bot.empty() && candidate.bot != "prefetch";
}

EvidenceReason judge(const AttributionQuestion& question, const Candidate& candidate) {
  if (candidate.reason != EvidenceReason::eligible) return candidate.reason;
  if (candidate.test != question.test) return EvidenceReason::mode_mismatch;
  if (is_bot(candidate)) return EvidenceReason::bot;
  if (!candidate.outcome.empty()) return EvidenceReason::not_landed;
  if (!question.campaign.empty() && candidate.campaign != question.campaign) {
    return EvidenceReason::other_campaign;
  }
  const std::uint64_t at = question.occurred_ms;
  if (candidate.unix_ms > at + event_slack_ms) return EvidenceReason::after_event;
  if (at > candidate.unix_ms + candidate.window_ms) return EvidenceReason::expired;
  return EvidenceReason::eligible;
}

using Indexes = std::vector<std::size_t>;

class Judgement {
 public:
  Judgement(const AttributionQuestion& question, std::vector<Candidate> evidence)
      : question_(question) {
    result_.evidence = std::move(evidence);
    for (Candidate& candidate : result_.evidence) candidate.reason = judge(question, candidate);
    drop_followers();
  }

  AttributionResult decide() {
    find_journeys();
    const auto named = std::ranges::find_if(all(), &Candidate::named);
    if (named != all().end() && named->reason == EvidenceReason::awaiting_click) {
      result_.awaiting_click = true;
    }
    if (named != all().end() && named->reason == EvidenceReason::eligible) {
      choose(EvidenceSource::click_id, journey_of_click(*named));
    } else {
      choose(EvidenceSource::token, journey_of_token());
    }
    return std::move(result_);
  }

 private:
  std::vector<Candidate>& all() { return result_.evidence; }
  const Candidate& at(std::size_t index) const { return result_.evidence[index]; }

  // The other clicks of a visitor count through the click that was named, and fall with it.
  void drop_followers() {
    const bool named_holds = std::ranges::any_of(all(), [](const Candidate& candidate) {
      return candidate.named && candidate.reason == EvidenceReason::eligible;
    });
    if (named_holds) return;
    std::erase_if(all(), [](const Candidate& candidate) {
      return candidate.source == EvidenceSource::click_id && !candidate.named;
    });
  }

  Indexes where(auto condition) const {
    Indexes found;
    for (std::size_t i = 0; i < result_.evidence.size(); ++i) {
      if (condition(at(i))) found.push_back(i);
    }
    return found;
  }

  // Touches of the cookie join when it is the same visitor's: the store may not have them yet.
  Indexes journey_of_click(const Candidate& named) const {
    const auto touches_named = [&](const Candidate& touch) { return touch.click == named.click; };
    const auto from_token =
        where([](const Candidate& candidate) { return candidate.source == EvidenceSource::token; });
    const bool same_browser = std::ranges::any_of(from_token, [&](std::size_t i) {
      return touches_named(at(i)) || (named.visitor && at(i).visitor == named.visitor);
    });
    Indexes journey;
    const auto is_known = [&](const Uuid& click) {
      return std::ranges::any_of(journey, [&](std::size_t i) { return at(i).click == click; });
    };
    for (const std::size_t i : where([&](const Candidate& candidate) {
           return candidate.reason == EvidenceReason::eligible &&
                  candidate.campaign == named.campaign &&
                  (candidate.source == EvidenceSource::click_id || same_browser);
         })) {
      if (!is_known(at(i).click)) journey.push_back(i);
    }
    return journey;
  }

  Indexes journey_of_token() const {
    const Indexes touches = where([](const Candidate& candidate) {
      return candidate.source == EvidenceSource::token &&
             candidate.reason == EvidenceReason::eligible;
    });
    if (touches.empty()) return {};
    const std::string& campaign = at(touches.front()).campaign;
    return where([&](const Candidate& candidate) {
      return candidate.source == EvidenceSource::token &&
             candidate.reason == EvidenceReason::eligible && candidate.campaign == campaign;
    });
  }

  std::size_t earliest(const Indexes& touches) const {
    return *std::ranges::min_element(touches, {}, [&](std::size_t i) { return at(i).unix_ms; });
  }
  std::size_t latest(const Indexes& touches) const {
    return *std::ranges::max_element(touches, {}, [&](std::size_t i) { return at(i).unix_ms; });
  }

  void choose(EvidenceSource method, const Indexes& journey) {
    if (!journey.empty()) {
      result_.method = method;
      result_.winner =
          question_.model == AttributionModel::first ? earliest(journey) : latest(journey);
    }
    for (const std::size_t i : journey) all()[i].reason = EvidenceReason::superseded_by_model;
    for (Candidate& candidate : all()) {
      if (candidate.reason == EvidenceReason::eligible) {
        candidate.reason = EvidenceReason::lower_rank;
      }
    }
    if (result_.winner) all()[*result_.winner].reason = EvidenceReason::won;
  }

  void find_journeys() {
    for (const Candidate& candidate : all()) {
      const auto is_same = [&](const Journey& journey) {
        return journey.campaign == candidate.campaign;
      };
      if (candidate.campaign.empty() || std::ranges::any_of(result_.journeys, is_same)) continue;
      add_journey(candidate.campaign);
    }
  }

  void add_journey(const std::string& campaign) {
    const auto touches = [&](EvidenceReason reason) {
      return where([&](const Candidate& candidate) {
        return candidate.campaign == campaign && candidate.reason == reason;
      });
    };
    for (const EvidenceReason reason : {EvidenceReason::eligible, EvidenceReason::expired}) {
      const Indexes found = touches(reason);
      if (found.empty()) continue;
      result_.journeys.push_back(
          {campaign, earliest(found), latest(found), reason == EvidenceReason::eligible});
      return;
    }
  }

  const AttributionQuestion& question_;
  AttributionResult result_;
};

}  // namespace

AttributionResult attribute(const AttributionQuestion& question, std::vector<Candidate> evidence) {
  return Judgement{question, std::move(evidence)}.decide();
}

std::string_view to_text(EvidenceReason reason) {
  return text_of(reason).word;
}

std::string_view explanation(EvidenceReason reason) {
  return text_of(reason).sentence;
}

std::string_view to_text(EvidenceSource source) {
  return source == EvidenceSource::click_id ? "click_id" : "token";
}

}  // namespace waymark::tracker
