#include "redirect/decide/circle.hpp"

#include "visit.hpp"

#include <gtest/gtest.h>

namespace waymark::redirect::test {
namespace {

bool leads(std::string_view url, const std::string& host, const char* path = "") {
  Request request;
  const std::size_t port = host.find(':', host.find(']') == std::string::npos ? 0 : host.find(']'));
  request.host = std::string_view{host}.substr(0, port);
  request.port =
      port == std::string::npos ? std::string_view{} : std::string_view{host}.substr(port);
  return leads_back(url, request, std::string{path});
}

TEST(LeadsBack, ToTheSameHostAndPort) {
  EXPECT_TRUE(leads("http://go.example:8080/x", "go.example:8080"));
  EXPECT_TRUE(leads("http://GO.Example.:8080/x", "go.example:8080"));
  EXPECT_TRUE(leads("http://[::1]:8080", "[::1]:8080"));
  EXPECT_TRUE(leads("https://go.example", "go.example"));
  EXPECT_TRUE(leads("HTTPS://go.example:443?x", "go.example")) << "its scheme's own port";
  EXPECT_TRUE(leads("http://go.example/x", "go.example:443")) << "a proxy may have ended TLS";
  EXPECT_FALSE(leads("http://go.example:8081/x", "go.example:8080"));
  EXPECT_FALSE(leads("http://go.example/x", "go.example:8080"));
  EXPECT_FALSE(leads("http://go.example:8080/x", "go.example"));
}

TEST(LeadsBack, NotToNamesThatBeginAlike) {
  EXPECT_FALSE(leads("https://go.example.org/x", "go.example"));
  EXPECT_FALSE(leads("https://go.exampler/x", "go.example"));
  EXPECT_FALSE(leads("https://go.exam", "go.example"));
  EXPECT_FALSE(leads("https://shop.example/", ""));
}

TEST(LeadsBack, BelowThePathOfOurLinksAlone) {
  EXPECT_TRUE(leads("https://shop.example/r/x", "shop.example", "/r"));
  EXPECT_TRUE(leads("https://shop.example/r", "shop.example", "/r"));
  EXPECT_TRUE(leads("https://shop.example/r?x", "shop.example", "/r"));
  EXPECT_FALSE(leads("https://shop.example/rest", "shop.example", "/r"));
  EXPECT_FALSE(leads("https://shop.example", "shop.example", "/r"));
}

TEST(LeadsBack, ThePortIsTheOneThatWasAsked) {
  for (const auto& [target, host, port] :
       {std::tuple{"/x", "Go.example:8080", ":8080"},
        {"/x", "go.example", ""},
        {"http://other.example:81/x", "go.example:8080", ":81"}}) {
    Request request;
    request.target = target;
    request.host_field = host;
    request.host_fields = 1;
    HostBuffer buffer;
    ASSERT_EQ(split_target(request, buffer), Refusal::none);
    EXPECT_EQ(request.port, port);
  }
}

}  // namespace
}  // namespace waymark::redirect::test
