#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/terminal.hpp"
#include "tracker/cli/up/supervisor.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <fstream>

namespace waymark::cli {
namespace {

namespace json = boost::json;

// What is there already, from an earlier run, is as good as made.
void make(const ApiClient& api, std::string_view path, const json::object& body) {
  try {
    api.post(path, body);
  } catch (const CommandFailure& failure) {
    if (failure.exit_code() != exit_code::conflict) {
      throw;
    }
  }
}

void make_demo(const StateFolder& folder, const RunningSystem& system) {
  std::ifstream file{folder.api_key()};
  std::string key;
  std::getline(file, key);
  const ApiClient api{system.api, key};
  make(api, "/v1/campaigns", {{"id", "camp_demo"}, {"utm", "utm_source=referral&utm_medium=link"}});
  make(
      api, "/v1/links",
      {{"code", "try"}, {"destination", "https://example.com/welcome"}, {"campaign", "camp_demo"}});
}

// How this program is called: as short as the shell allows.
std::string own_call() {
  const auto own = own_program();
  const auto relative = own.lexically_relative(std::filesystem::current_path());
  const bool below = !relative.empty() && *relative.begin() != "..";
  return below ? relative.string() : own.string();
}

void print_addresses(const RunningSystem& system, const StateFolder& folder, bool demo,
                     const Palette& palette) {
  print_line(fmt::format("\n{}", palette.paint(Tone::bold, "Waymark is running")));
  print_line(fmt::format("  links      {}/{{code}}", system.edge));
  print_line(fmt::format("  API        {}/v1 (key in {})", system.api, folder.api_key().string()));
  print_line(
      fmt::format("  metrics    {}/metrics {}/metrics", system.edge_admin, system.tracker_admin));
  print_line(fmt::format("  Redis      {}", system.redis));
  print_line(fmt::format("  kept in    {}", folder.root.string()));
  const auto call = own_call();
  print_line(fmt::format("\n{} (in another terminal)", palette.paint(Tone::bold, "Try this")));
  if (demo) {
    print_line(fmt::format("  curl -i {}/try", system.edge));
    print_line(
        fmt::format("  {} click show \"$(curl -s -o /dev/null -w '%{{redirect_url}}' {}/try)\"",
                    call, system.edge));
    print_line(
        fmt::format("  {} click tail        # then open {}/try in a browser", call, system.edge));
  }
  print_line(fmt::format("  {} link add https://shop.example/welcome --code anna7", call));
  print_line(fmt::format("  {} doctor", call));
  print_line("\nCtrl-C stops everything; nothing is lost.");
}

int up(const Arguments& arguments) {
  const auto folder = StateFolder::from_environment();
  std::error_code error;
  std::filesystem::create_directories(folder.root, error);  // UpLock says what is wrong, if it is
  const UpLock lock{folder};
  auto plan = plan_local_system(folder);
  const auto addresses = plan.addresses;
  SignalWait signals;
  Supervisor supervisor{std::move(plan), signals};
  if (supervisor.start()) {
    if (arguments.has("--demo")) {
      make_demo(folder, addresses);
    }
    write_running(folder, addresses);
    if (arguments.has("--json")) {
      print_line(running_json(addresses));
    } else {
      print_addresses(addresses, folder, arguments.has("--demo"),
                      Palette{1, !arguments.has("--no-color")});
    }
    supervisor.watch();
  }
  std::filesystem::remove(folder.running(), error);
  supervisor.stop();
  return exit_code::ok;
}

}  // namespace

std::vector<CommandSpec> up_commands() {
  return {{"up",
           "",
           0,
           0,
           "Run everything on this machine: Redis, edge, tracker with SQLite",
           {{"--demo", "", "Make a sample campaign and a link to try"}},
           {"up", "up --demo"},
           up}};
}

}  // namespace waymark::cli
