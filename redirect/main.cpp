// waymark-redirect: the edge, and `waymark-redirect journal ...` for looking into a journal.
#include "common/error.hpp"
#include "common/keys.hpp"
#include "common/redis/url.hpp"
#include "common/settings.hpp"
#include "redirect/agents/agent_list.hpp"
#include "redirect/config.hpp"
#include "redirect/journal/command.hpp"
#include "redirect/pages/well_known.hpp"
#include "redirect/server/edge.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>
#include <tuple>

namespace {

int explain(const waymark::StartupError& error) {
  std::fprintf(stderr, "waymark-redirect: %s\n", error.what());
  return error.exit_code();
}

int serve(int argc, char** argv) {
  using namespace waymark;
  using namespace waymark::redirect;
  RedirectConfig config;
  Settings settings{"redirect"};
  bind_settings(settings, config);
  settings.check([&config] {
    complete(config);
    // What a start would stumble over, --check-config names as well.
    std::ignore = redis::parse_url(config.redis_links, "redis.links", config.redis_tls);
    std::ignore = redis::parse_url(config.redis_stream, "redis.stream", config.redis_tls);
    std::ignore = KeyRing::load(config.keys);
    std::ignore = WellKnownFiles::load(config.well_known_dir);
    std::ignore = listen_specs(config);
    std::ignore = TrustedProxies{config.proxies_trusted};
    std::ignore = load_tls(config);
    std::ignore = AgentList::load(config.agents_file);
  });
  settings.load(argc, argv);
  Log log{"redirect", log_level(config), log_format(config)};
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  Edge edge{config, [&settings] { return settings.describe(); }, log};
  return edge.run();
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc > 1 && std::string_view{argv[1]} == "journal") {
    return waymark::redirect::journal_command(argc - 1, argv + 1);
  }
  return serve(argc, argv);
} catch (const waymark::Settings::Exit& exit) {
  return exit.code;
} catch (const waymark::StartupError& error) {
  return explain(error);
} catch (const std::exception& error) {
  std::fprintf(stderr, "waymark-redirect: %s\n", error.what());
  return waymark::exit_code::failure;
}
