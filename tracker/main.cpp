// waymark-tracker: reads the settings and runs the tracker.
#include "common/error.hpp"
#include "common/keys.hpp"
#include "common/redis/url.hpp"
#include "tracker/tracker.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <tuple>

int main(int argc, char** argv) {
  using namespace waymark;
  try {
    tracker::TrackerConfig config;
    Settings settings{"tracker"};
    tracker::bind_settings(settings, config);
    settings.check([&config] {
      tracker::check(config);
      // What a start would stumble over, --check-config names as well.
      std::ignore = redis::parse_url(config.links_url(), "redis.links", config.redis_tls);
      std::ignore = redis::parse_url(config.stream_url(), "redis.stream", config.redis_tls);
      if (!config.keys.empty()) std::ignore = KeyRing::load(config.keys);
    });
    settings.load(argc, argv);
    Log log{"tracker", config.least_level(), config.format()};
    return tracker::run_tracker(config, settings.describe(), log);
  } catch (const Settings::Exit& done) {
    return done.code;
  } catch (const StartupError& error) {
    fmt::print(stderr, "waymark-tracker: {}\n", error.what());
    return error.exit_code();
  } catch (const std::exception& bug) {
    fmt::print(stderr, "waymark-tracker: {}\n", bug.what());
    return exit_code::failure;
  }
}
