// The request mix made ready for the benchmarks: parsed, with the links it asks for resolved. The
// same for every benchmark, so that their figures can be added up.
//
// A share of the mix small enough for the second-level cache: at the edge, too, the bytes of a
// request have just been written by the kernel.
#pragma once

#include "loadtest/mix/mix.hpp"
#include "redirect/links/resolved_link.hpp"
#include "redirect/server/request.hpp"
#include "redirect/server/target.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waymark::bench {

inline constexpr std::size_t corpus_requests = 1'024;

struct Case {
  const mix::MixRequest* source = nullptr;
  redirect::Request request;
  redirect::HostBuffer host{};
  const redirect::ResolvedLink* link = nullptr;  // null for unknown codes and pages
};

class Corpus {
 public:
  Corpus();

  const mix::MixOptions options{.count = corpus_requests};
  const std::uint64_t now_ms = options.now * 1'000;
  const std::vector<mix::MixRequest> requests = mix::make_mix(options);
  // By code; of the 2,000 links of the mix.
  std::unordered_map<std::string, std::shared_ptr<const redirect::ResolvedLink>> links;
  std::deque<Case> cases;  // one per request, in order; never moved

  // Cases with a link that `choose` accepts. Never empty, or the benchmark would measure nothing:
  // throws std::logic_error.
  std::vector<const Case*> select(bool (*choose)(const Case&)) const;
};

// Made on first use; lives as long as the program.
const Corpus& corpus();

// A person following a link: no robot, nothing embedded or prefetched.
bool is_new_visitor(const Case& each);
bool is_returning_visitor(const Case& each);

// Goes round a list, one item per call.
template <class List>
class Cycle {
 public:
  explicit Cycle(const List& list) : list_(list) {}
  decltype(auto) next() {
    const auto& item = list_[at_];
    if (++at_ == list_.size()) at_ = 0;
    return item;
  }

 private:
  const List& list_;
  std::size_t at_ = 0;
};

}  // namespace waymark::bench
