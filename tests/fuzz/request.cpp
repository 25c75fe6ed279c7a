// The whole request path of a thread (parse, split, look up, decide, journal, answer) on damaged
// requests. Whatever comes in: the answers are well formed, no visitor chooses where a redirect
// leads, every line of the journal can be read, and bytes mean the same however they are cut.
#include "common/click_line.hpp"
#include "loadtest/mix/mix.hpp"
#include "redirect/server/responder.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/unit/journal/journal_fixture.hpp"
#include "tests/unit/redirect/visit.hpp"

#include <algorithm>
#include <memory>

namespace waymark::redirect {
namespace {

using fuzz::require;

constexpr std::size_t conversations_per_journal = 1'000;

// Links of every kind; which one a code leads to is in its first character.
std::vector<std::shared_ptr<const ResolvedLink>> make_links() {
  std::vector<std::shared_ptr<const ResolvedLink>> links{nullptr};
  links.push_back(test::link_to("https://shop.example/welcome"));
  links.push_back(test::link_to("https://shop.example/{code}/{channel}?click={click}&x=1#part"));
  LinkRecord plain;
  plain.destination = "https://shop.example/?q={channel}";
  plain.status_code = 308;
  links.push_back(test::link_to(plain));
  plain.title = "<b>Anna's \"gift\"</b>";
  plain.description = "10 & more";
  links.push_back(test::link_to(plain));
  LinkRecord over;
  over.destination = "https://shop.example/";
  over.expires_at = 1;
  links.push_back(test::link_to(over));
  over.expired_url = "https://shop.example/late";
  links.push_back(test::link_to(over));
  CampaignRecord campaign;
  campaign.utm = "utm_source=firm&utm_medium=link";
  campaign.cookies = CookiePolicy::consent;
  links.push_back(test::link_to("https://shop.example/a?utm_source=own", campaign));
  campaign.status = CampaignStatus::draft;
  links.push_back(test::link_to("https://shop.example/", campaign));
  return links;
}

// One thread's responder with a journal, renewed from time to time: nobody empties the journal.
class Desk {
 public:
  Desk() {
    ResponderOptions options;
    options.cache.bytes_max = 1'000'000;
    options.cache.absences_max = 1'024;
    options.rules.consent = "consent";
    options.qr_rate = 1e9;  // no budget that pieces could meet and the whole not
    responder = std::make_unique<Responder>(
        options, mix::mix_keys(), *journal.writer, [](const LookupKey&, Asking) {}, counters);
    responder->set_now({test::noon_ms, 1'000});
  }
  ~Desk() { check_journal(); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  std::unique_ptr<Responder> responder;

 private:
  void check_journal() {
    const Sequence last = journal.writer->last();
    if (last == 0) return;
    ClickLineParser parser;
    for (const std::string& lines : journal.read_all(1, last, 1 << 20)) {
      std::string_view rest = lines;
      while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        require(end != std::string_view::npos, "a line of the journal ends");
        require(parser.parse(rest.substr(0, end)).has_value(), "a click can be read back");
        rest.remove_prefix(end + 1);
      }
    }
  }

  JournalFixture journal;
  MetricShard counters{static_cast<std::size_t>(Counter::count_)};
};

void check_location(std::string_view value) {
  require(value.starts_with("https://shop.example/"), "the firm chooses where a redirect leads");
}

// Status lines of the answers in `text`, each of which is checked.
void take_answers(std::string_view text, bool head, std::vector<std::string>& statuses) {
  const std::size_t end = text.find("\r\n\r\n");
  require(end != std::string_view::npos, "a header ends");
  std::string_view lines = text.substr(0, end + 2);
  std::size_t length = std::string_view::npos;
  for (bool first = true; !lines.empty(); first = false) {
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(line.size() + 2);
    for (const char c : line) require(c >= 0x20 && c < 0x7f, "a header is printable ASCII");
    if (first) {
      require(line.starts_with("HTTP/1.1 "), "an answer has a status line");
      statuses.emplace_back(line);
    } else {
      require(line.find(": ") != std::string_view::npos, "a field has name and value");
      if (line.starts_with("Location: ")) check_location(line.substr(10));
      if (line.starts_with("Content-Length: ")) length = std::stoul(std::string{line.substr(16)});
    }
  }
  require(length != std::string_view::npos, "an answer says how long it is");
  const std::size_t content = text.size() - end - 4;
  require(content == (head ? 0 : length), "the content is as long as it says");
}

// What the worker does with a connection, without its sockets.
std::vector<std::string> converse(Responder& responder, std::string_view input,
                                  const std::vector<std::shared_ptr<const ResolvedLink>>& links,
                                  std::size_t piece_bytes) {
  static std::string out(limits::answer_bytes_max, '\0');
  auto connection = std::make_unique<Connection>();
  std::vector<std::string> statuses;
  while (!input.empty() && !connection->close_after) {
    if (connection->end == connection->in.size()) {
      require(connection->begin > 0, "a full buffer leads to an answer");
      std::copy(connection->in.begin() + static_cast<std::ptrdiff_t>(connection->begin),
                connection->in.end(), connection->in.begin());
      connection->end -= connection->begin;
      connection->begin = 0;
    }
    const std::size_t size =
        std::min({piece_bytes, input.size(), connection->in.size() - connection->end});
    std::copy_n(input.begin(), size,
                connection->in.begin() + static_cast<std::ptrdiff_t>(connection->end));
    connection->end += size;
    input.remove_prefix(size);
    while (!connection->close_after && connection->begin < connection->end) {
      char* end = out.data();
      Step step = responder.respond(*connection, end);
      if (step == Step::starved) break;
      if (step == Step::waiting) {
        const LookupKey key = responder.awaited();
        const auto first = static_cast<unsigned char>(key.code.empty() ? 0 : key.code.front());
        const auto& link = links[first % links.size()];
        responder.on_lookup(key, {LookupStatus::answered, nullptr, link, nullptr});
        end = out.data();
        responder.resume(*connection, LookupStatus::answered, end);
      }
      responder.sign();
      require(end > out.data(), "a complete request is answered");
      const bool head = connection->request.method == Method::head;
      std::string answer{out.data(), static_cast<std::size_t>(end - out.data())};
      if (const auto content = std::exchange(connection->content, nullptr)) answer += *content;
      take_answers(answer, head, statuses);
    }
  }
  return statuses;
}

}  // namespace
}  // namespace waymark::redirect

namespace waymark::fuzz {

std::vector<std::string> seeds() {
  std::vector<std::string> made;
  mix::MixOptions options;
  options.count = 1'000;
  for (auto& request : mix::make_mix(options)) made.push_back(std::move(request.bytes));
  for (std::size_t i = 0; i < 100; ++i) made.push_back(made[i] + made[i + 100] + made[i + 200]);
  return made;
}

std::vector<std::string> words() {
  return {"\r\n",
          "\r\n\r\n",
          "\n",
          "\r",
          " ",
          "\t",
          ":",
          "\0",
          "#",
          "?",
          "/",
          "//",
          "*",
          "%0d%0a",
          "%00",
          "%2f",
          "{channel}",
          "HTTP/1.0",
          "HTTP/1.1",
          "HTTP/2.0",
          "HEAD ",
          "POST ",
          "http://evil.example",
          "Host: evil.example\r\n",
          "Transfer-Encoding: chunked\r\n",
          "Content-Length: 5\r\n",
          "Content-Length: 0\r\n",
          "Connection: close\r\n",
          "\r\n ",
          "Cookie: wm_ref=1.mix.AAAA.AAAA\r\n",
          "Sec-GPC: 1\r\n",
          "wm_click=x",
          "&c=",
          "&utm_x=",
          "X-Forwarded-For: 192.0.2.1, ::1\r\n",
          "Forwarded: for=\"[::1]:80\"\r\n",
          "Accept-Language: de;q=0.5, en;q=1.001\r\n",
          "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"};
}

}  // namespace waymark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waymark::redirect;
  static const auto links = make_links();
  static std::unique_ptr<Desk> desk;
  static std::size_t count = 0;
  if (count++ % conversations_per_journal == 0) desk = std::make_unique<Desk>();
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto whole = converse(*desk->responder, input, links, size);
  const std::size_t piece = 1 + size % 7;
  waymark::fuzz::require(converse(*desk->responder, input, links, piece) == whole,
                         "pieces are answered like the whole");
  return 0;
}
