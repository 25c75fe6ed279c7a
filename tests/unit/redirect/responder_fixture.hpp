// The request path of one thread with a real journal.
#pragma once

#include "redirect/server/responder.hpp"
#include "tests/unit/journal/journal_fixture.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace waymark::redirect::test {

class ResponderTest : public testing::Test {
 protected:
  ResponderTest() {
    ResponderOptions options;
    options.cache.bytes_max = 1'000'000;
    options.cache.absences_max = 1'024;
    options.unknown_per_address = {.rate = 1, .burst = 3};
    responder = std::make_unique<Responder>(
        options, std::make_shared<const KeyRing>(test_keys()), *journal.writer,
        [this](const LookupKey& key, Asking) { asked.push_back(key); }, counters);
    responder->set_now({noon_ms, 1'000});
  }

  void know(const std::string& code, std::shared_ptr<const ResolvedLink> link) {
    responder->on_lookup({"go.example", code},
                         {LookupStatus::answered, nullptr, std::move(link), nullptr});
  }

  void receive(const std::string& bytes) {
    std::copy(bytes.begin(), bytes.end(),
              connection.in.begin() + static_cast<std::ptrdiff_t>(connection.end));
    connection.end += bytes.size();
  }

  Step respond() {
    char* end = out.data();
    const Step step = responder->respond(connection, end);
    responder->sign();
    answer.assign(out.data(), end);
    return step;
  }
  Step respond_to(const std::string& bytes) {
    receive(bytes);
    return respond();
  }

  // Lines in the journal so far.
  std::vector<std::string> journalled() {
    const Sequence last = journal.writer->last();
    return last == 0 ? std::vector<std::string>{} : journal.read_all(1, last, 1 << 20);
  }

  JournalFixture journal;
  MetricShard counters{static_cast<std::size_t>(Counter::count_)};
  std::vector<LookupKey> asked;
  std::unique_ptr<Responder> responder;
  Connection connection;
  std::string out = std::string(limits::answer_bytes_max, '\0');
  std::string answer;
};

inline std::string get(const std::string& target, const std::string& fields = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: go.example\r\nUser-Agent: " + std::string{firefox} +
         "\r\nAccept-Language: de-DE,de;q=0.9\r\n" + fields + "\r\n";
}

}  // namespace waymark::redirect::test
