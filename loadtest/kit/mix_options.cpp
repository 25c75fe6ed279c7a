#include "loadtest/kit/mix_options.hpp"

#include "common/error.hpp"
#include "loadtest/kit/amount.hpp"
#include "loadtest/kit/code_mix.hpp"
#include "loadtest/kit/mix_replay.hpp"
#include "loadtest/kit/read_by.hpp"

namespace waymark::loadtest {
namespace {

std::vector<std::string> codes_of(const MixFlags& flags, const std::string& api,
                                  const std::string& api_key_file) {
  if (flags.codes != "api") return read_codes(flags.codes);
  if (api.empty()) {
    throw StartupError(exit_code::usage, "--codes api: name the tracker with --api");
  }
  return read_codes(api_access(api, api_key_file));
}

CodeMixOptions code_mix_of(const MixFlags& flags) {
  CodeMixOptions options;
  options.zipf = flags.zipf;
  options.unknown = parse_share("--unknown", flags.unknown);
  options.head = parse_share("--head", flags.head);
  options.crawlers = parse_share("--crawlers", flags.crawlers);
  options.previews = parse_share("--previews", flags.previews);
  options.tools = parse_share("--tools", flags.tools);
  options.returning = parse_share("--returning", flags.returning);
  options.queries = flags.queries;
  options.channels = flags.channels;
  constexpr double rounding = 1e-9;
  if (options.unknown + options.head + options.crawlers + options.previews + options.tools >
      1 + rounding) {
    throw StartupError(exit_code::usage,
                       "--unknown, --head, --crawlers, --previews and --tools are more than 100% "
                       "together");
  }
  return options;
}

}  // namespace

void add_mix_flags(CLI::App& app, MixFlags& flags) {
  auto* mix = app.add_option_group("Mix");
  auto* file =
      mix->add_option("--mix", flags.mix_file, "the requests of that file, written by waymark-mix");
  auto* codes = mix->add_option("--codes", flags.codes,
                                "codes below the URL's folder: a file with one a line, the most "
                                "popular first; generated:N (load1, load2, ...); or api: all links "
                                "of --api")
                    ->excludes(file);
  mix->add_option("--zipf", flags.zipf, "how steep popularity falls; 0: all codes alike")
      ->check(CLI::Range(0.0, 5.0))
      ->needs(codes);
  const auto add_share = [&](const char* flag, std::string& share, const char* help) {
    read_by(parse_share, mix->add_option(flag, share, help))->needs(codes);
  };
  add_share("--unknown", flags.unknown, "share that leads nowhere, such as 2%");
  add_share("--head", flags.head, "share of HEAD");
  add_share("--crawlers", flags.crawlers, "share of crawlers");
  add_share("--previews", flags.previews, "share of messengers' previews");
  add_share("--tools", flags.tools, "share of tools, such as curl");
  add_share("--returning", flags.returning,
            "share of people who came before and send the cookies they got");
  auto* queries = mix->add_flag("--queries", flags.queries, "queries of many kinds")->needs(codes);
  mix->add_option("--channels", flags.channels, "with ?c= and one of these: mail,whatsapp")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->needs(codes)
      ->excludes(queries);
}

std::shared_ptr<const RequestPlan> make_requests(const MixFlags& flags, const Target& target,
                                                 const RequestCommon& common, std::uint64_t seed,
                                                 const std::string& api,
                                                 const std::string& api_key_file) {
  if (!flags.mix_file.empty()) {
    return std::make_shared<MixReplay>(read_whole_file("--mix", flags.mix_file), flags.mix_file,
                                       common, seed);
  }
  if (flags.codes.empty()) return std::make_shared<FixedRequest>(common, target.path, seed);
  CodeMixOptions options = code_mix_of(flags);
  options.codes = codes_of(flags, api, api_key_file);
  const std::string path = target.path.substr(0, target.path.find('?'));
  return std::make_shared<CodeMix>(std::move(options), path.substr(0, path.rfind('/') + 1), common,
                                   seed);
}

}  // namespace waymark::loadtest
