// The API /v1 without its sockets: a request in, an answer out. ApiServer brings requests here on a
// thread of the store.
#pragma once

#include "common/keys.hpp"
#include "tracker/api/problem.hpp"
#include "tracker/api/request.hpp"
#include "tracker/program/rules.hpp"
#include "tracker/store/store.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace waymark::tracker {

class Api {
 public:
  static constexpr std::size_t body_bytes_max = 64 * 1024;
  static constexpr std::size_t batch_bytes_max = 1024 * 1024;  // of lines

  // `bootstrap_key` holds the owner's rights; empty: only keys of the store are taken.
  Api(ProgramRules rules, std::string_view bootstrap_key, std::shared_ptr<const KeyRing> keys);

  // Any thread that owns `store`. Requests that needs_writer() names want the writing one.
  ApiAnswer handle(Store& store, const ApiRequest& request) const;
  static bool needs_writer(const ApiRequest& request);
  // Long work that takes turns with the drain: neither clicks nor single requests wait for all of
  // an import.
  static bool is_bulk(const ApiRequest& request);

  // Any thread, at any time; requests under way keep what they have.
  void replace_keys(std::shared_ptr<const KeyRing> keys);

  // The answer for a problem met outside handle().
  static ApiAnswer problem_answer(const Problem& problem, const ApiRequest& request);

 private:
  std::shared_ptr<const KeyRing> keys() const;

  ProgramRules rules_;
  std::string bootstrap_hash_;
  mutable std::mutex mutex_;  // keys_
  std::shared_ptr<const KeyRing> keys_;
};

}  // namespace waymark::tracker
