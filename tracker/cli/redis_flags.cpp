#include "tracker/cli/redis_flags.hpp"

#include "tracker/cli/state_folder.hpp"

namespace waymark::cli {

std::vector<FlagSpec> redis_flags(std::string_view help, std::vector<FlagSpec> more) {
  std::vector<FlagSpec> flags{
      {"--redis", "URL", help},
      {"--redis-ca", "FILE",
       "With rediss://: certificates (PEM) to believe (default: the system's)"},
      {"--redis-certificate", "FILE", "Our own certificate (PEM), where Redis asks for one"},
      {"--redis-key", "FILE", "Its private key (PEM)"},
      {"--redis-server-name", "NAME", "Name in the certificate of Redis (default: the host)"}};
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

redis::Url redis_url(const Arguments& arguments) {
  std::string url = arguments.value_or("--redis", "");
  if (url.empty()) {
    const auto running = read_running(StateFolder::from_environment());
    url = running ? running->redis : "redis://127.0.0.1:6379";
  }
  return redis_url(arguments, "--redis", url);
}

redis::Url redis_url(const Arguments& arguments, std::string_view flag, std::string_view url) {
  return redis::parse_url(url, flag,
                          {.ca = arguments.value_or("--redis-ca", ""),
                           .certificate = arguments.value_or("--redis-certificate", ""),
                           .key = arguments.value_or("--redis-key", ""),
                           .server_name = arguments.value_or("--redis-server-name", "")});
}

}  // namespace waymark::cli
