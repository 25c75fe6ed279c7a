#include "loadtest/mix/agents.hpp"

#include <array>
#include <string_view>

// Agents as they are sent; the lines cannot be broken where a reader would like.
// clang-format off
namespace waymark::mix {
namespace {

constexpr auto chrome_143 = R"("Google Chrome";v="143", "Chromium";v="143", "Not A(Brand";v="24")";
constexpr auto chrome_142 = R"("Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99")";
constexpr auto edge_143 = R"("Microsoft Edge";v="143", "Chromium";v="143", "Not A(Brand";v="24")";
constexpr auto opera_125 = R"("Opera";v="125", "Not A(Brand";v="24", "Chromium";v="141")";
constexpr auto samsung_29 = R"("Chromium";v="136", "Samsung Internet";v="29.0", "Not.A/Brand";v="99")";
constexpr auto webview_143 = R"("Android WebView";v="143", "Chromium";v="143", "Not A(Brand";v="24")";

constexpr std::array<Browser, 22> browser_list{{
    {16, Engine::chromium, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36", chrome_143, "Windows"},
    {4, Engine::chromium, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", chrome_142, "Windows"},
    {5, Engine::chromium, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36", chrome_143, "macOS"},
    {1, Engine::chromium, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36", chrome_143, "Linux"},
    {0.7, Engine::chromium, "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", chrome_142, "Chrome OS"},
    {19, Engine::chromium, "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36", chrome_143, "Android"},
    {4, Engine::chromium, "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36", chrome_142, "Android"},
    {1, Engine::chromium, "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36", chrome_143, "Android"},
    {6, Engine::chromium, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0", edge_143, "Windows"},
    {1, Engine::chromium, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0", opera_125, "Windows"},
    {3, Engine::chromium, "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36", samsung_29, "Android"},
    {4, Engine::firefox, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0"},
    {1, Engine::firefox, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"},
    {1, Engine::firefox, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:146.0) Gecko/20100101 Firefox/146.0"},
    {1, Engine::firefox, "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"},
    {0.8, Engine::firefox, "Mozilla/5.0 (Android 15; Mobile; rv:146.0) Gecko/146.0 Firefox/146.0"},
    {18, Engine::webkit, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1"},
    {4, Engine::webkit, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"},
    {1, Engine::webkit, "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1"},
    {6, Engine::webkit, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15"},
    {2, Engine::webkit, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/143.0.7499.108 Mobile/15E148 Safari/604.1"},
    {0.5, Engine::webkit, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/146.0 Mobile/15E148 Safari/605.1.15"},
}};

constexpr std::array<Browser, 9> in_app_list{{
    // WhatsApp opens links in the system's browser on most phones; this is the view of the rest.
    {5, Engine::android_view, "Mozilla/5.0 (Linux; Android 14; SM-A546B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/143.0.7499.34 Mobile Safari/537.36", webview_143, "Android", "com.whatsapp"},
    {6, Engine::android_view, "Mozilla/5.0 (Linux; Android 15; SM-S928B Build/AP3A.240905.015.A2; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/143.0.7499.34 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/540.0.0.45.109;IABMV/1;]", webview_143, "Android", "com.facebook.katana"},
    {7, Engine::android_view, "Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP4A.250205.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/143.0.7499.34 Mobile Safari/537.36 Instagram 409.0.0.48.170 Android (35/15; 420dpi; 1080x2400; Google/google; Pixel 8; shiba; shiba; de_DE; 845212543; IABMV/1)", webview_143, "Android", "com.instagram.android"},
    {2, Engine::android_view, "Mozilla/5.0 (Linux; Android 13; 2201117TY Build/TKQ1.221114.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.7444.102 Mobile Safari/537.36 trill_420103 BytedanceWebview/d8a21c6", webview_143, "Android", "com.zhiliaoapp.musically"},
    {5, Engine::ios_view, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/540.0.0.38.107;FBBV/845212543;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/18.7;FBSS/3;FBCR/;FBID/phone;FBLC/de_DE;FBOP/80]"},
    {7, Engine::ios_view, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22H20 Instagram 409.0.0.27.161 (iPhone15,2; iOS 18_7; de_DE; de; scale=3.00; 1179x2556; IABMV/1; 840134652) Safari/604.1"},
    {2, Engine::ios_view, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Snapchat/13.67.0.44 (like Safari/8621.2.5.10.10, panda)"},
    {1, Engine::ios_view, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.31.4512"},
    {1, Engine::ios_view, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/398.0.836591264 Mobile/15E148 Safari/604.1"},
}};

constexpr auto any = "*/*";
constexpr auto page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

constexpr std::array<Robot, 27> robot_list{{
    {10, Kind::preview, "WhatsApp/2.23.20.0", any, ""},
    {3, Kind::preview, "WhatsApp/2.2546.3 W", any, "Range: bytes=0-262143\r\n"},
    {7, Kind::preview, "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", any, "Accept-Encoding: deflate, gzip\r\nRange: bytes=0-524287\r\n"},
    {3, Kind::preview, "Twitterbot/1.0", any, "Accept-Encoding: gzip, deflate, br\r\n"},
    {4, Kind::preview, "TelegramBot (like TwitterBot)", "text/html", ""},
    {3, Kind::preview, "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", any, "Range: bytes=0-32768\r\n"},
    {2, Kind::preview, "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)", any, "Accept-Encoding: gzip, deflate\r\n"},
    {3, Kind::preview, "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", page, ""},
    {1, Kind::preview, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0", page, "Accept-Language: de-de\r\n"},

    {12, Kind::crawler, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", page, "From: googlebot(at)googlebot.com\r\nAccept-Encoding: gzip, deflate, br\r\n"},
    {6, Kind::crawler, "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.7499.40 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", page, "From: googlebot(at)googlebot.com\r\n"},
    {6, Kind::crawler, "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", any, "From: bingbot(at)microsoft.com\r\nCache-Control: no-cache\r\n"},
    {3, Kind::crawler, "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", any, ""},
    {5, Kind::crawler, "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", any, "Accept-Encoding: deflate, gzip, br\r\n"},
    {4, Kind::crawler, "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", page, ""},
    {4, Kind::crawler, "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)", any, "From: gptbot(at)openai.com\r\n"},
    {2, Kind::crawler, "Mozilla/5.0 (compatible; DotBot/1.2; +https://opensiteexplorer.org/dotbot; help@moz.com)", any, ""},

    {5, Kind::scanner, "Mozilla/5.0 (compatible; BarracudaCentral Link Scanner)", any, ""},
    {4, Kind::scanner, "Mozilla/5.0 (compatible; proofpoint-urldefense-scanner/1.0)", any, ""},
    {3, Kind::scanner, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Mimecast-URL-Protect/1.4", page, "Accept-Encoding: gzip\r\n"},

    {8, Kind::tool, "curl/8.17.0", any, ""},
    {8, Kind::tool, "python-requests/2.32.5", any, "Accept-Encoding: gzip, deflate, br\r\n"},
    {4, Kind::tool, "Go-http-client/1.1", any, "Accept-Encoding: gzip\r\n"},
    {3, Kind::tool, "okhttp/4.12.0", any, "Accept-Encoding: gzip\r\n"},
    {2, Kind::tool, "Wget/1.25.0", any, "Accept-Encoding: identity\r\n"},
    {2, Kind::tool, "Apache-HttpClient/5.3.1 (Java/17.0.13)", any, "Accept-Encoding: gzip, x-gzip, deflate\r\n"},
    {3, Kind::tool, "", any, ""},
}};

}  // namespace
// clang-format on

bool Browser::mobile() const {
  const std::string_view agent{user_agent};
  return agent.find("Mobile") != std::string_view::npos;
}

std::span<const Browser> browsers() { return browser_list; }
std::span<const Browser> in_app_browsers() { return in_app_list; }
std::span<const Robot> robots() { return robot_list; }

}  // namespace waymark::mix
