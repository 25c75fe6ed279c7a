// Who is no person: the instances of the list are the table of machines, people.txt that of people.
#include "redirect/agents/agent_list.hpp"

#include "common/error.hpp"
#include "common/limits.hpp"
#include "redirect/decide/user_agent.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace waymark::redirect {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;

const fs::path source_folder{WAYMARK_SOURCE_FOLDER};

json::value crawlers() {
  std::ifstream in{source_folder / "redirect/agents/list/crawlers.json"};
  return json::parse(std::string{std::istreambuf_iterator<char>{in}, {}});
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in{file};
  EXPECT_TRUE(in) << file;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  }
  return lines;
}

std::string bot_of(std::string_view user_agent) {
  return std::string{AgentList::built_in()->find(user_agent).bot};
}

// Two of the list's instances are visitors: a phone with that build of Android in Instagram's web
// view, and Facebook's web view. list/reclassified tells why.
bool is_visitor(std::string_view instance) {
  return instance.find("AP3A.240617.008") != std::string_view::npos ||
         instance.find("MetaIAB Facebook") != std::string_view::npos;
}

TEST(AgentList, EveryInstanceOfThePackageIsNoPerson) {
  std::size_t machines = 0;
  const json::value package = crawlers();
  for (const json::value& entry : package.at("entries").as_array()) {
    const auto* const instances = entry.as_object().if_contains("instances");
    if (instances == nullptr) continue;
    for (const json::value& instance : instances->as_array()) {
      const std::string_view text{instance.as_string().data(), instance.as_string().size()};
      EXPECT_EQ(bot_of(text).empty(), is_visitor(text)) << entry.at("pattern") << ": " << text;
      ++machines;
    }
  }
  EXPECT_GT(machines, 2'000U);
}

// Their tags tell the class, unless list/reclassified says otherwise.
TEST(AgentList, TagsTellTheClass) {
  EXPECT_EQ(bot_of("Embedly +support@embed.ly"), "preview");                     // social-preview
  EXPECT_EQ(bot_of("Go-http-client/1.1"), "tool");                               // http-library
  EXPECT_EQ(bot_of("Mozilla/5.00 (Nikto/2.1.5) (Test:Port Check)"), "scanner");  // scanner
  EXPECT_EQ(bot_of("Mozilla/5.0 (compatible; bingbot/2.0)"), "crawler");         // search-engine
  EXPECT_EQ(bot_of("UptimeRobot/2.0"), "crawler");                               // monitoring
  EXPECT_EQ(bot_of("meta-externalagent/1.1"), "crawler");                        // reclassified
}

TEST(AgentList, PeopleArePeople) {
  const auto people = lines_of(source_folder / "tests/unit/redirect/people.txt");
  EXPECT_GT(people.size(), 100U);
  for (const std::string& person : people) EXPECT_EQ(bot_of(person), "") << person;
}

struct Machine {
  const char* user_agent;
  const char* bot;
};

class Machines : public testing::TestWithParam<Machine> {};

TEST_P(Machines, HaveTheirClass) {
  EXPECT_EQ(bot_of(GetParam().user_agent), GetParam().bot) << GetParam().user_agent;
}

INSTANTIATE_TEST_SUITE_P(
    Preview, Machines,
    testing::Values(
        Machine{"facebookexternalhit/1.1;line-poker/1.0", "preview"},
        Machine{"facebookexternalhit/1.1; kakaotalk-scrap/1.0", "preview"},
        Machine{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like "
                "Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot "
                "Twitterbot/1.0",
                "preview"},
        Machine{"Twitterbot/1.0", "preview"}, Machine{"WhatsApp/2.23.20.0", "preview"},
        Machine{"WhatsApp/2.2546.3 W", "preview"}, Machine{"WhatsApp", "preview"},
        Machine{"Viber", "preview"}, Machine{"Slackbot-LinkExpanding 1.0", "preview"},
        Machine{"Slack-ImgProxy (+https://api.slack.com/robots)", "preview"},
        Machine{"Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "preview"},
        Machine{"LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient "
                "+http://www.linkedin.com)",
                "preview"},
        Machine{"TelegramBot (like TwitterBot)", "preview"},
        Machine{"Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", "preview"},
        Machine{"Pinterest/0.2 (+https://www.pinterest.com/bot.html)", "preview"},
        Machine{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like "
                "Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; "
                "+http://www.apple.com/go/applebot)",
                "preview"},
        Machine{"Iframely/1.3.1 (+https://iframely.com/docs/about)", "preview"},
        Machine{"Mozilla/5.0 (compatible; MicrosoftPreview/2.0; +https://aka.ms/MicrosoftPreview)",
                "preview"},
        Machine{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Bluesky "
                "Cardyb/1.1; +mailto:support@bsky.app) Chrome/143.0.0.0 Safari/537.36",
                "preview"},
        Machine{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/123.0.0.0 Safari/537.36 GoogleMessages/15.1",
                "preview"},
        Machine{"Mozilla/5.0 (Windows nt 6.1; wow64) SkypeURIPreview Preview/0.5", "preview"},
        Machine{"ViberUrlDownloader", "preview"}, Machine{"facebookexternalua", "preview"},
        Machine{"Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)",
                "preview"},
        Machine{"Rocket.Chat/6.0.0", "preview"},
        Machine{"Akkoma 3.10.4; https://a.example <a@a.example>", "preview"},
        Machine{"SomeNewLinkPreview/3", "preview"}));

INSTANTIATE_TEST_SUITE_P(
    Scanner, Machines,
    testing::Values(
        Machine{"Mozilla/5.0 (compatible; proofpoint-urldefense-scanner/1.0)", "scanner"},
        Machine{"Mozilla/5.0 (compatible; BarracudaCentral Link Scanner)", "scanner"},
        Machine{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Mimecast-URL-Protect/1.4", "scanner"},
        Machine{"Mozilla/5.0 (Windows NT 10.0) Chrome/120.0.0.0 SafeLinks/1.0", "scanner"},
        Machine{"Mozilla/5.0 (compatible; Microsoft Defender for Office 365)", "scanner"},
        Machine{"TrendMicro/1.0", "scanner"}, Machine{"Mozilla/4.0 Trend Micro WTP", "scanner"},
        Machine{"Cisco-IronPort-URL-Scan/2.1", "scanner"},
        Machine{"Mozilla/5.0 (compatible; MessageLabs; Symantec Email Security.cloud)", "scanner"},
        Machine{"FireEye-ETP/1.0", "scanner"}, Machine{"Sophos Email Time-of-Click/1", "scanner"},
        Machine{"Fortinet FortiMail URI click protection", "scanner"},
        Machine{"Expanse, a Palo Alto Networks company, searches", "scanner"},
        Machine{"Mozilla/5.0 (Linux; Android 11; FIG-AL10; wv) AppleWebKit/537.36 (KHTML, like "
                "Gecko) MicroMessenger/7.0.14 WeChat/arm64 wechatdevtools qcloudcdn-xinan",
                "scanner"},
        Machine{"virustotalcloud", "scanner"}, Machine{"NewVendor Mail Protection/2", "scanner"}));

INSTANTIATE_TEST_SUITE_P(
    Tool, Machines,
    testing::Values(
        Machine{"", "tool"}, Machine{"curl/8.17.0", "tool"}, Machine{"Wget/1.25.0", "tool"},
        Machine{"python-requests/2.32.5", "tool"}, Machine{"Python/3.12 aiohttp/3.11.1", "tool"},
        Machine{"python-httpx/0.28.1", "tool"}, Machine{"Python-urllib/3.11", "tool"},
        Machine{"okhttp/4.12.0", "tool"}, Machine{"Java/17.0.13", "tool"},
        Machine{"Apache-HttpClient/5.3.1 (Java/17.0.13)", "tool"}, Machine{"axios/1.7.9", "tool"},
        Machine{"node", "tool"}, Machine{"undici", "tool"},
        Machine{"got (https://github.com/sindresorhus/got)", "tool"},
        Machine{"GuzzleHttp/7", "tool"}, Machine{"PostmanRuntime/7.43.0", "tool"},
        Machine{"Ruby", "tool"}, Machine{"Faraday v2.9.0", "tool"},
        Machine{"libwww-perl/6.72", "tool"}, Machine{"Dart/3.5 (dart:io)", "tool"},
        Machine{"Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A)", "tool"},
        Machine{"MyApp/12 CFNetwork/1568.300.101 Darwin/24.2.0", "tool"},
        Machine{"Mozilla/5.0 (Windows NT; Windows NT 10.0; de-DE) WindowsPowerShell/5.1.19041.1",
                "tool"},
        Machine{"Microsoft Office/16.0 (Windows NT 10.0; Microsoft Word 16.0.18227; Pro)", "tool"},
        Machine{"Mozilla/4.0 (compatible; ms-office; MSOffice rmj)", "tool"},
        Machine{"k6/0.55.0 (https://k6.io/)", "tool"},
        // What names no browser.
        Machine{"kube-probe/1.28", "tool"}, Machine{"Prometheus/2.48.0", "tool"},
        Machine{"git/2.43.0", "tool"}, Machine{"hackney/1.18.2", "tool"},
        Machine{"Hello, world", "tool"}, Machine{"Zeus", "tool"}, Machine{"?", "tool"},
        Machine{"AppleCoreMedia/1.0.0.22G86 (iPhone; U; CPU OS 18_6 like Mac OS X; de_de)", "tool"},
        Machine{"Outlook-iOS/711.3061168.prod.iphone", "tool"}));

INSTANTIATE_TEST_SUITE_P(
    Crawler, Machines,
    testing::Values(
        Machine{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Example-User/1.0)",
                "crawler"},
        Machine{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; "
                "Example-SearchBot/1.0)",
                "crawler"},
        Machine{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "crawler"},
        Machine{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; "
                "+https://openai.com/gptbot)",
                "crawler"},
        Machine{"Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
                "crawler"},
        Machine{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "HeadlessChrome/143.0.0.0 Safari/537.36",
                "crawler"},
        Machine{"NobodyKnowsThisBot/0.1", "crawler"}, Machine{"a-new-crawler", "crawler"},
        Machine{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like "
                "Gecko) Chrome/109.0.0.0 Safari/537.36 CloudflareObservatory/1.0",
                "crawler"},
        Machine{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko; Google "
                "Search Console) Chrome/41.0.2272.118 Safari/537.36",
                "crawler"},
        Machine{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/138.0.7204.168 Safari/537.36 DatadogSynthetics",
                "crawler"},
        Machine{"Mozilla/5.0 (compatible; ShopifyChecker/1.0)", "crawler"},
        Machine{"Mozilla/5.0 (compatible)", "crawler"},
        Machine{"Mozilla/5.0 (compatible; MSIE or Firefox mutant;) Daum 4.1", "crawler"},
        Machine{"Mozilla/5.0 (compatible; coccocbot-web/1.0)", "crawler"},
        Machine{"Fever/1.38 (Feed Parser)", "crawler"}, Machine{"Blackboard Safeassign", "crawler"},
        Machine{"Mozilla/5.0 (compatible; Something/1.0; +https://something.example/)",
                "crawler"}));

TEST(AgentList, TheVersionNamesThePackageAndOurFiles) {
  const auto list = AgentList::built_in();
  const json::value package = crawlers();
  EXPECT_THAT(std::string{list->version()},
              testing::StartsWith(std::string{package.at("version").as_string()} + "+"));
  EXPECT_EQ(list->find("curl/8.0").list, list->version());
  EXPECT_EQ(list->find("").list, list->version());
  EXPECT_EQ(list->find("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101").list, "");
  EXPECT_EQ(list->file_version(), "");
}

TEST(AgentList, LooksAtWhatIsRecorded) {
  std::string at_the_end = "Mozilla/5.0 ";
  at_the_end.resize(limits::user_agent_bytes_max - 4, 'x');
  at_the_end += "curlbot";
  EXPECT_EQ(bot_of(at_the_end), "") << "the word is cut off";
  EXPECT_EQ(bot_of(std::string(100, '\xff') + " Googlebot/2.1"), "crawler");
}

TEST(AgentList, ManyThreadsMayAskAtOnce) {
  const auto people = lines_of(source_folder / "tests/unit/redirect/people.txt");
  const auto list = AgentList::load({});
  std::vector<std::thread> threads;
  std::vector<std::size_t> machines(4);
  for (std::size_t& count : machines) {
    threads.emplace_back([&] {
      for (const std::string& person : people) {
        count += !list->find(person).bot.empty();
        count += !list->find(person + " Googlebot/2.1").bot.empty();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::size_t count : machines) EXPECT_EQ(count, people.size());
}

// --- agents.file ---

class AgentsFile : public testing::Test {
 protected:
  fs::path write(const std::string& content) {
    const fs::path file = folder.path() / "agents";
    std::ofstream{file, std::ios::binary} << content;
    return file;
  }
  std::string refusal(const fs::path& file) {
    try {
      AgentList::load(file);
    } catch (const StartupError& error) {
      EXPECT_EQ(error.exit_code(), exit_code::config);
      return error.what();
    }
    return "taken";
  }
  test::TemporaryFolder folder;
};

TEST_F(AgentsFile, GoesBeforeTheBuiltInList) {
  const auto list = AgentList::load(
      write("# ours\r\n\r\nperson   ^curl/8\\.\r\n  scanner\tAcme Mail Gate \ncrawler  acme\n"));
  EXPECT_EQ(list->find("curl/8.17.0").bot, "");
  EXPECT_EQ(list->find("curl/7.88.1").bot, "tool");
  EXPECT_EQ(list->find("Acme Mail Gate/1").bot, "scanner");
  EXPECT_EQ(list->find("Mozilla/5.0 acme").bot, "crawler");
  EXPECT_EQ(list->find("Acme Mail Gate acme").bot, "scanner") << "the first that matches decides";
  EXPECT_EQ(list->find("Googlebot/2.1").bot, "crawler");
}

TEST_F(AgentsFile, HasAVersionThatChangesWithIt) {
  const auto one = AgentList::load(write("scanner acme\n"));
  EXPECT_THAT(one->file_version(), testing::MatchesRegex("file-[0-9a-f]{8}"));
  EXPECT_EQ(one->find("acme").list, one->file_version());
  EXPECT_EQ(one->find("curl/8.0").list, one->version());
  EXPECT_EQ(AgentList::load(write("scanner acme\n"))->file_version(), one->file_version());
  EXPECT_NE(AgentList::load(write("scanner acme2\n"))->file_version(), one->file_version());
}

TEST_F(AgentsFile, MayLetAgentsWithoutATextBePeople) {
  EXPECT_EQ(AgentList::load(write("person ^$\n"))->find("").bot, "");
}

TEST_F(AgentsFile, MayNameNetworks) {
  const auto list = AgentList::load(
      write("scanner from 198.51.100.0/24\ncrawler  from 198.51.0.0/16\n"
            "person from 198.51.100.7\nscanner from 2001:db8:5::/48\ntool from 198.51.0.0/16\n"));
  const auto bot = [&list](std::string_view address) {
    return list->find_network(*parse_address(address)).bot;
  };
  EXPECT_EQ(bot("198.51.100.8"), "scanner");
  EXPECT_EQ(bot("198.51.101.8"), "crawler") << "the first line for a network decides";
  EXPECT_EQ(bot("198.51.100.7"), "") << "the longest prefix decides";
  EXPECT_EQ(bot("198.52.100.8"), "");
  EXPECT_EQ(bot("2001:db8:5:1::1"), "scanner");
  EXPECT_EQ(bot("2001:db8:6::1"), "");
  EXPECT_EQ(bot("c633:6400::"), "") << "the bytes of an IPv4 network";
  EXPECT_EQ(list->find_network({}).bot, "");
  EXPECT_EQ(list->find_network(*parse_address("198.51.100.8")).list, list->file_version());
  EXPECT_EQ(AgentList::built_in()->find_network(*parse_address("198.51.100.8")).bot, "");
}

TEST_F(AgentsFile, MayBeginWithAByteOrderMark) {
  EXPECT_EQ(AgentList::load(write("\xef\xbb\xbfperson ^curl\r\n"))->find("curl/8.0").bot, "");
}

TEST_F(AgentsFile, MayBeEmpty) {
  EXPECT_EQ(AgentList::load(write(""))->find("curl/8.0").bot, "tool");
}

TEST_F(AgentsFile, IsRefusedWithLineAndRemedy) {
  for (const auto& [content, what] :
       {std::pair<std::string, std::string>{"crawler a\nrobot b\n", "line 2: 'robot' is no class"},
        {{"PK\x03\x04\0x", 6}, "line 1: there is a control character"},
        {"\ncrawler\n", "line 2: there is no pattern"},
        {"scanner from 198.51.100.7/24\n", "line 1: '198.51.100.7/24' is no network"},
        {"# a\n\ncrawler (x\n", "line 3: the pattern '(x' is none: missing )"}}) {
    const std::string message = refusal(write(content));
    EXPECT_THAT(message, HasSubstr(what));
    EXPECT_THAT(message, HasSubstr((folder.path() / "agents").string()));
    EXPECT_THAT(message, HasSubstr("person, preview, crawler, scanner, tool"));
  }
}

TEST_F(AgentsFile, IsBounded) {
  EXPECT_THAT(refusal(write(std::string(limits::agents_file_bytes_max + 1, '#'))),
              HasSubstr("longer than 256 KiB"));
  std::string greedy;
  for (int i = 0; i < 2'000; ++i) greedy += "crawler " + std::to_string(i) + "x{500}\n";
  EXPECT_THAT(refusal(write(greedy)), HasSubstr("need more than 8 MiB"));
}

TEST_F(AgentsFile, MustBeReadable) {
  EXPECT_THAT(refusal(folder.path() / "absent"), HasSubstr("absent cannot be read: No such file"));
  EXPECT_THAT(refusal(folder.path()), HasSubstr("cannot be read"));
}

TEST_F(AgentsFile, OfAReloadReplacesRememberedAnswers) {
  AgentTable table{7};
  EXPECT_EQ(table.find("curl/8.17.0").agent.bot, "tool");
  table.set_list(AgentList::load(write("person ^curl/\n")));
  EXPECT_EQ(table.find("curl/8.17.0").agent.bot, "");
}

}  // namespace
}  // namespace waymark::redirect
