#include "common/limits.hpp"
#include "common/records.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark {
namespace {

// What is wrong with `url`, or nothing.
std::string problem(const std::string& url, const DestinationPolicy& policy = {}) {
  const auto checked = check_destination(url, policy);
  return checked.has_error() ? checked.error().problem : "";
}

TEST(CheckDestination, takes_ordinary_landing_pages) {
  for (const char* url :
       {"https://shop.example", "http://shop.example/", "HTTPS://Shop.Example:8443/a/b?c=d&e#f",
        "https://shop.example/?q=%C3%A9", "http://127.0.0.1:8091/welcome", "http://[2001:db8::1]/",
        "https://xn--bcher-kva.example/", "https://shop.example./", "https://a_b.shop.example/",
        "https://3.example/", "https://shop.example?x=1"}) {
    EXPECT_EQ(problem(url), "") << url;
  }
}

TEST(CheckDestination, takes_placeholders_in_path_and_query_only) {
  EXPECT_EQ(problem("https://shop.example/{code}/{referrer}?c={campaign}&x={channel}&k={click}#f"),
            "");
  EXPECT_EQ(problem("https://shop.example?k={click}"), "");
  for (const char* url :
       {"https://{code}.example/", "https://shop.example/#{click}", "https://shop.example/{other}",
        "https://shop.example/{click", "https://shop.example/click}",
        "https://shop.example/{{click}}", "https://shop.example:{code}/", "{click}://shop.example/",
        "https://shop.example{code}"}) {
    EXPECT_NE(problem(url), "") << url;
  }
}

TEST(CheckDestination, refuses_other_schemes_and_relative_references) {
  for (const char* url : {"", "shop.example", "/welcome", "//shop.example/", "ftp://shop.example/",
                          "javascript:alert(1)", "data:text/html,x", "https:/shop.example/",
                          "https:shop.example", "https://", "https:///welcome", "https://:80/",
                          "httpss://shop.example/", " https://shop.example/"}) {
    EXPECT_NE(problem(url), "") << url;
  }
}

TEST(CheckDestination, refuses_what_readers_of_urls_disagree_about) {
  for (const char* url : {"https://user@shop.example/",
                          "https://user:pw@shop.example/",
                          "https://@shop.example/",
                          "https://shop.example\\@evil.example/",
                          "https://shop.example/\\evil",
                          "https://a b.example/",
                          "https://shop.example/a b",
                          "https://shop.example/\t",
                          "https://shop.example/\r\nX: y",
                          "https://shop.example/\x7f",
                          "https://shop.example/\xc3\xa9",
                          "https://b\xc3\xbc.example/",
                          "https://shop%2eexample/",
                          "https://shop.example/%",
                          "https://shop.example/%zz",
                          "https://shop.example/\"",
                          "https://shop.example/<",
                          "https://shop.example/^",
                          "https://shop..example/",
                          "https://.example/",
                          "https://./",
                          "https://shop.example../",
                          "https://2130706433/",
                          "https://0x7f.0x0.0x0.0x1/",
                          "https://127.1/",
                          "https://1.2.3.4.5/",
                          "https://0x7f000001/",
                          "https://[v1.x]/",
                          "https://[::1/",
                          "https://sh!op.example/",
                          "https://shop.example:99999/",
                          "https://shop.example:0/",
                          "https://shop.example:8a/",
                          "https://shop.example:80.evil.example/",
                          "https://shop.example:/"}) {
    EXPECT_NE(problem(url), "") << url;
  }
  EXPECT_NE(problem("https://" + std::string(64, 'a') + ".example/"), "");
}

TEST(CheckDestination, says_what_to_write_instead) {
  for (const auto& [url, said] :
       {std::pair{"shop.example/welcome", "must start with https://"},
        {"shop.example:80/", "must start with https://"},
        {"https:/shop.example/", "names no host"},
        {"https://shop.example/?f[c]=red", "holds '[', which is written %5B"},
        {"https://shop.example/a|b", "holds '|', which is written %7C"},
        {"https://shop.example/#a#b", "holds '#', which is written %23"},
        {"https://shop.example/?s={utm}", "holds {utm}, which is no pla"},
        {"https://shop.example/{code", "holds {, which is no placeholder"},
        {"https://{code}.example/", "holds {code}, which is no placeh"},
        {"https://shop.example/100%", "holds a % without"},
        {"https://[::1/", "is not an absolute URL"}}) {
    EXPECT_TRUE(problem(url).starts_with(said)) << url << " " << problem(url);
  }
}

TEST(CheckDestination, is_limited_in_size) {
  const std::string start = "https://shop.example/";
  EXPECT_EQ(problem(start + std::string(limits::destination_bytes_max - start.size(), 'a')), "");
  EXPECT_NE(problem(start + std::string(limits::destination_bytes_max - start.size() + 1, 'a')),
            "");
}

TEST(CheckDestination, refuses_our_own_link_hosts) {
  const DestinationPolicy policy{.own = {{"go.example"}, {"127.0.0.1"}}, .allow = {}};
  for (const char* url : {"https://go.example/anna7", "https://GO.example./anna7",
                          "http://go.example:8080/", "http://127.0.0.1:9/"}) {
    EXPECT_NE(problem(url, policy), "") << url;
  }
  EXPECT_EQ(problem("https://cargo.example/", policy), "");
  EXPECT_EQ(problem("https://www.go.example/", policy), "");
}

TEST(CheckDestination, refuses_one_port_of_a_machine_where_only_that_is_ours) {
  const DestinationPolicy policy{.own = {{"127.0.0.1", "8080"}, {"go.example", "443"}},
                                 .allow = {}};
  for (const char* url :
       {"http://127.0.0.1:8080/try", "https://go.example/anna7", "https://go.example:443/anna7"}) {
    EXPECT_NE(problem(url, policy), "") << url;
  }
  for (const char* url : {"http://127.0.0.1/", "http://127.0.0.1:3000/", "http://go.example/"}) {
    EXPECT_EQ(problem(url, policy), "") << url;
  }
}

// A shop that has its short links below a path of its own site must be able to link to its pages.
TEST(CheckDestination, refuses_what_lies_below_the_path_of_our_links_alone) {
  const DestinationPolicy policy = destination_policy("https://Shop.example/r/", {});
  for (const char* url :
       {"https://shop.example/r", "https://shop.example/r/anna7", "http://shop.example:8080/r?x=1",
        "https://shop.example/%72/anna7", "https://shop.example/a/../r/anna7"}) {
    EXPECT_NE(problem(url, policy), "") << url;
  }
  for (const char* url : {"https://shop.example/", "https://shop.example/welcome",
                          "https://shop.example/rest", "https://other.example/r/anna7"}) {
    EXPECT_EQ(problem(url, policy), "") << url;
  }
}

TEST(CheckDestination, takes_our_own_host_from_the_base_of_links) {
  EXPECT_TRUE(destination_policy("", {}).own.empty());
  EXPECT_NE(problem("https://go.example/x", destination_policy("https://go.example", {})), "");
  const DestinationPolicy port = destination_policy("http://127.0.0.1:8080/", {});
  EXPECT_NE(problem("http://127.0.0.1:8080/x", port), "");
  EXPECT_EQ(problem("http://127.0.0.1:8091/x", port), "");
}

TEST(DestinationPolicy, knows_the_host_of_the_base_of_links) {
  for (const char* base :
       {"https://Go.example", "https://go.example:8443", "http://go.example/r"}) {
    EXPECT_TRUE(destination_policy(base, {}).knows("go.example")) << base;
    EXPECT_FALSE(destination_policy(base, {}).knows("go.exam")) << base;
    EXPECT_FALSE(destination_policy(base, {}).knows("a.go.example")) << base;
  }
}

TEST(CheckRootUrl, takes_a_link_of_ours_but_not_our_root) {
  const auto said = [](const char* url, const DestinationPolicy& policy) {
    const auto checked = check_root_url(url, policy);
    return checked.has_error() ? checked.error().problem : "";
  };
  const DestinationPolicy host =
      destination_policy("https://go.example", {}).with_domain("m.example");
  const DestinationPolicy path = destination_policy("https://shop.example/r", {});
  for (const char* url : {"https://go.example/about", "http://m.example:8080/about"}) {
    EXPECT_EQ(said(url, host), "") << url;
  }
  for (const char* url : {"https://go.example", "https://go.example/?a=b", "https://m.example/#x",
                          "https://m.example/a/.."}) {
    EXPECT_NE(said(url, host), "") << url;
  }
  EXPECT_EQ(said("https://shop.example/r/about", path), "");
  EXPECT_EQ(said("https://shop.example/", path), "") << "the shop's own";
  EXPECT_NE(said("https://shop.example/r", path), "");
  EXPECT_NE(said("https://shop.example/r/", path), "");
}

TEST(HostOf, is_the_host_alone) {
  EXPECT_EQ(host_of("HTTPS://Shop.Example.:8443/a?b#c"), "shop.example");
  EXPECT_EQ(host_of("https://shop.example/{code}?x={click}"), "shop.example");
  EXPECT_EQ(host_of("http://[2001:DB8::1]:80/"), "[2001:db8::1]");
}

TEST(CheckDestination, keeps_to_the_hosts_allowed) {
  const DestinationPolicy policy{.own = {}, .allow = {"Shop.example", ".firm.example"}};
  for (const char* url : {"https://shop.example/", "https://SHOP.example./",
                          "https://firm.example/", "https://a.b.firm.example/"}) {
    EXPECT_EQ(problem(url, policy), "") << url;
  }
  for (const char* url : {"https://www.shop.example/", "https://evilfirm.example/",
                          "https://shop.example.evil/", "http://127.0.0.1/"}) {
    EXPECT_NE(problem(url, policy), "") << url;
  }
}

}  // namespace
}  // namespace waymark
