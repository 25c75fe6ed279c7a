#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/redis_query.hpp"
#include "tracker/cli/state_folder.hpp"
#include "tracker/cli/stream/click_pages.hpp"
#include "tracker/cli/stream/replay_target.hpp"
#include "tracker/cli/stream/stream_parts.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <thread>

namespace waymark::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t page_clicks_max = 1'000;
constexpr auto room_wait = 500ms;

constexpr std::string_view details =
    "For a consumer that has missed clicks: they come again from the store, in entries of the "
    "form\n"
    "that the click stream has, in a stream of their own. The consumer reads that with the same "
    "code\n"
    "and drops what it has by the id of each click. The stream holds at most 4,096 entries: what "
    "all\n"
    "of its groups have acknowledged is trimmed, and the replay waits for them.\n\n"
    "How far it is stands in the key STREAM:replay until it is done; --resume goes on from there.";

std::string random_epoch() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

void connect(RedisQuery& redis) {
  if (const auto connected = redis.connect(3'000ms); !connected) {
    throw CommandFailure(exit_code::unavailable,
                         fmt::format("cannot reach Redis: {}; name another one with --redis",
                                     connected.error().message()));
  }
}

ReplayState state_of(const Arguments& arguments, ReplayTarget& target) {
  if (!arguments.has("--resume")) {
    return {.range = range_of(arguments, "--until"), .epoch = random_epoch()};
  }
  auto begun = target.begun();
  if (!begun) {
    throw CommandFailure(
        exit_code::not_found,
        "there is no replay into this stream that could go on; leave out --resume");
  }
  return std::move(*begun);
}

void wait_for_room(ReplayTarget& target, const std::string& stream, Progress& progress) {
  while (!target.has_room()) {
    progress.tell(fmt::format("{} is full; waiting for its groups to acknowledge", stream));
    std::this_thread::sleep_for(room_wait);
  }
}

// Returns the number of clicks of this run.
std::size_t replay_all(const ApiClient& api, ReplayTarget& target, ReplayState& state,
                       const std::string& stream, std::int64_t rate) {
  const auto page_clicks = static_cast<std::size_t>(std::min(page_clicks_max, rate));
  Progress progress;
  std::size_t clicks = 0;
  for (bool last = false; !last;) {
    const auto begin = std::chrono::steady_clock::now();
    wait_for_room(target, stream, progress);
    const auto page = next_page(api, state.range, page_clicks);
    last = page.last;
    const auto count = count_lines(page.lines);
    target.add(page.lines, state);
    clicks += count;
    if (last) break;
    progress.tell(fmt::format("{} clicks replayed ...", clicks));
    std::this_thread::sleep_until(
        begin + std::chrono::microseconds{1'000'000 * count / static_cast<std::size_t>(rate)});
  }
  return clicks;
}

int replay(const Arguments& arguments) {
  const auto stream = arguments.value("--to");
  if (!stream) {
    throw StartupError(exit_code::usage,
                       "--to is needed: the key of a stream, such as clicks:replay");
  }
  const auto rate = number_of("--rate", arguments.value_or("--rate", "5000"), 1, 1'000'000);
  const auto running = read_running(StateFolder::from_environment());
  RedisQuery redis{arguments.value_or(
      "--redis", running ? std::string_view{running->redis} : "redis://127.0.0.1:6379")};
  ReplayTarget target{redis, *stream};
  connect(redis);
  auto state = state_of(arguments, target);
  std::size_t clicks = 0;
  try {
    clicks = replay_all(ApiClient::from(arguments), target, state, *stream, rate);
  } catch (const CommandFailure& failure) {
    throw CommandFailure(failure.exit_code(),
                         fmt::format("{}\nGo on with: waymark click replay --to {} --resume",
                                     failure.what(), *stream));
  }
  target.finish();
  if (arguments.has("--json")) {
    print_line(
        boost::json::serialize(boost::json::object{{"stream", *stream}, {"clicks", clicks}}));
  } else {
    say(fmt::format("{} clicks replayed into {}", clicks, *stream));
  }
  return exit_code::ok;
}

}  // namespace

CommandSpec replay_command() {
  return {
      "click replay",
      "",
      0,
      0,
      "Put stored clicks into a Redis stream for a consumer that has missed them",
      {{"--to", "STREAM", "Key of the stream, not one that starts with wm:"},
       {"--redis", "URL", "Redis of that stream (default: of a running `up`, else :6379)"},
       {"--from", "TIME", "First moment (default: the beginning)"},
       {"--until", "TIME", "End, exclusive (default: now)"},
       {"--link", "ID", "Only clicks of this link"},
       {"--campaign", "ID", "Only clicks of this campaign"},
       {"--rate", "N", "Clicks a second at most (default 5000)"},
       {"--resume", "", "Go on where an earlier run was cut off"}},
      {"click replay --to clicks:replay --from 2026-05-02T10:00:00Z --until 2026-05-02T12:00:00Z",
       "click replay --to clicks:replay --resume"},
      replay,
      details};
}

}  // namespace waymark::cli
