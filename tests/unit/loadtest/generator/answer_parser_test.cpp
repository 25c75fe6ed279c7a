#include "loadtest/kit/answer_parser.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace waymark::loadtest {
namespace {

using namespace std::string_literals;
using Step = AnswerParser::Step;

struct Outcome {
  Step step = Step::more;
  int status = 0;
  bool keep_alive = false;
  std::string location;
  std::string cookies;
  std::string behind;  // what was left of the bytes
  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << "step " << static_cast<int>(outcome.step) << ", status " << outcome.status
             << ", keep_alive " << outcome.keep_alive << ", location " << outcome.location
             << ", cookies " << outcome.cookies << ", behind '" << outcome.behind << "'";
}

// `piece` bytes at a time.
Outcome parse(std::string_view bytes, std::size_t piece, bool head = false, bool ended = false) {
  AnswerParser parser;
  parser.begin(head, {true, true});
  Outcome outcome;
  while (outcome.step == Step::more && !bytes.empty()) {
    const std::string copy{bytes.substr(0, piece)};  // exactly as long: sanitizers watch its end
    std::string_view part = copy;
    outcome.step = parser.take(part);
    bytes.remove_prefix(copy.size() - part.size());
    EXPECT_TRUE(outcome.step != Step::more || part.empty());
  }
  if (ended && outcome.step == Step::more) outcome.step = parser.end_of_stream();
  if (outcome.step != Step::done) return {outcome.step, 0, false, {}, {}, {}};
  return {outcome.step,
          parser.status(),
          parser.keep_alive(),
          std::string{parser.location()},
          std::string{parser.cookies()},
          std::string{bytes}};
}

// However the bytes arrive, the answer is the same.
Outcome in_all_pieces(const std::string& bytes, bool head = false, bool ended = false) {
  const Outcome whole = parse(bytes, bytes.size(), head, ended);
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    EXPECT_EQ(parse(bytes, piece, head, ended), whole) << "in pieces of " << piece;
  }
  return whole;
}

Outcome done(int status, bool keep_alive = true, std::string behind = {}) {
  return {Step::done, status, keep_alive, {}, {}, std::move(behind)};
}

const Outcome failed{Step::failed, 0, false, {}, {}, {}};
const Outcome unfinished{Step::more, 0, false, {}, {}, {}};

TEST(AnswerParser, ReadsAnAnswerWithALength) {
  EXPECT_EQ(in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), done(200));
  EXPECT_EQ(in_all_pieces("HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhell"), unfinished);
  EXPECT_EQ(in_all_pieces("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), done(302));
}

TEST(AnswerParser, LeavesWhatLiesBehindTheAnswer) {
  EXPECT_EQ(in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1"),
            done(200, true, "HTTP/1.1"));
}

TEST(AnswerParser, ReadsChunks) {
  const auto head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"s;
  EXPECT_EQ(in_all_pieces(head + "5\r\nhello\r\nA;x=\"y\"\r\n0123456789\r\n0\r\n\r\n"), done(200));
  EXPECT_EQ(in_all_pieces(head + "1\r\na\r\n0\r\nTrailer: 1\r\nOther: 2\r\n\r\nmore"),
            done(200, true, "more"));
  EXPECT_EQ(in_all_pieces(head + "5\r\nhello\r\n0\r\n"), unfinished);
  EXPECT_EQ(in_all_pieces(head + "x\r\n"), failed);
  EXPECT_EQ(in_all_pieces(head + "\r\n"), failed);
  EXPECT_EQ(in_all_pieces(head + "1\r\nab\r\n"), failed);
}

TEST(AnswerParser, ChunksWinOverALength) {
  EXPECT_EQ(in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nTransfer-Encoding: chunked\r\n"
                          "\r\n2\r\nab\r\n0\r\n\r\n"),
            done(200));
}

TEST(AnswerParser, ReadsToTheEndOfTheStreamWithoutALength) {
  const auto answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nall there is"s;
  EXPECT_EQ(in_all_pieces(answer), unfinished);
  EXPECT_EQ(in_all_pieces(answer, false, true), done(200, false));
}

TEST(AnswerParser, AStreamThatEndsTooEarlyIsAFailure) {
  for (const auto& text : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"s,
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na"s,
                           "HTTP/1.1 200 OK\r\nContent-Le"s}) {
    EXPECT_EQ(in_all_pieces(text, false, true), failed) << text;
  }
}

TEST(AnswerParser, SomeAnswersHaveNoContentWhateverTheirFieldsSay) {
  for (const auto* const status : {"204", "304"}) {
    const auto answer = "HTTP/1.1 "s + status + " \r\nContent-Length: 7\r\n\r\n";
    EXPECT_EQ(in_all_pieces(answer), done(std::stoi(status))) << answer;
  }
  EXPECT_EQ(in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", true), done(200));
  EXPECT_EQ(in_all_pieces("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true),
            done(200));
  EXPECT_EQ(in_all_pieces("HTTP/1.1 200 OK\r\n\r\n", true), done(200));
}

TEST(AnswerParser, PassesInterimAnswersOver) {
  EXPECT_EQ(in_all_pieces("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n"
                          "Location: /early\r\nSet-Cookie: early=1\r\n"
                          "\r\nHTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"),
            (Outcome{Step::done, 302, true, "/a", "", ""}));
}

TEST(AnswerParser, ConnectionsStayOpenByVersionAndField) {
  const auto answer = [](const char* version, const char* fields) {
    return in_all_pieces("HTTP/"s + version + " 302 Found\r\nContent-Length: 0\r\n" + fields +
                         "\r\n");
  };
  EXPECT_TRUE(answer("1.1", "").keep_alive);
  EXPECT_FALSE(answer("1.0", "").keep_alive);
  EXPECT_FALSE(answer("1.1", "Connection: Close\r\n").keep_alive);
  EXPECT_TRUE(answer("1.0", "connection: upgrade, Keep-Alive\r\n").keep_alive);
}

TEST(AnswerParser, KeepsLocationAndCookies) {
  EXPECT_EQ(in_all_pieces("HTTP/1.1 302 Found\r\nlocation:  https://a.example/?x=1 \r\n"
                          "Set-Cookie: wm_ref=abc; Path=/; HttpOnly\r\nset-cookie: b=2\r\n"
                          "Content-Length: 0\r\n\r\n"),
            (Outcome{Step::done, 302, true, "https://a.example/?x=1", "wm_ref=abc; b=2", ""}));
}

TEST(AnswerParser, AnswersOnOneConnectionDoNotMix) {
  AnswerParser parser;
  parser.begin(false, {true, true});
  std::string_view first{
      "HTTP/1.1 302 Found\r\nLocation: /a\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n"};
  ASSERT_EQ(parser.take(first), Step::done);
  parser.begin(false, {true, true});
  std::string_view second{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};
  ASSERT_EQ(parser.take(second), Step::done);
  EXPECT_EQ(parser.status(), 404);
  EXPECT_EQ(parser.location(), "");
  EXPECT_EQ(parser.cookies(), "");
}

TEST(AnswerParser, RefusesWhatIsNoAnswer) {
  for (const auto& text :
       {"SSH-2.0-OpenSSH_9.2\r\n\r\n"s, "HTTP/2 200\r\n\r\n"s, "HTTP/1.1 20 OK\r\n\r\n"s,
        "HTTP/1.1 2000 OK\r\n\r\n"s, "HTTP/1.1 abc\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"s, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"s}) {
    EXPECT_EQ(in_all_pieces(text), failed) << text;
  }
  EXPECT_EQ(in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok"), done(200));
}

TEST(AnswerParser, TakesLinesThatEndInLineFeedAlone) {
  EXPECT_EQ(in_all_pieces("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), done(200));
}

TEST(AnswerParser, AHeadHasItsLimit) {
  AnswerParser parser;
  parser.begin(false, {});
  const std::string endless(AnswerParser::head_bytes_max + 1, 'a');
  std::string_view bytes = endless;
  EXPECT_EQ(parser.take(bytes), Step::failed);
}

}  // namespace
}  // namespace waymark::loadtest
