#include "common/admin/admin_pages.hpp"

#include "common/version.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace waymark {
namespace {

namespace beast_http = boost::beast::http;
namespace json = boost::json;

http::Response ready_page(const http::Request& request, std::string_view query,
                          const AdminSources& sources) {
  const auto checks = sources.ready();
  const bool ready = std::ranges::all_of(checks, &ReadyCheck::ok);
  const unsigned status = ready ? 200 : 503;
  if (query != "verbose") {
    return http::text_response(request, status, ready ? "ready\n" : "not ready\n");
  }
  json::array list;
  for (const auto& check : checks) {
    list.push_back({{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}});
  }
  return http::json_response(
      request, status,
      json::serialize(json::object{{"ready", ready}, {"checks", std::move(list)}}));
}

http::Response version_page(const http::Request& request, const AdminSources& sources) {
  json::array keys;
  for (const auto& id : sources.key_ids()) keys.push_back(json::string{id});
  json::object page{
      {"program", sources.program}, {"version", version()}, {"keys", std::move(keys)}};
  if (sources.data_versions) {
    json::object data;
    for (const DataVersion& each : sources.data_versions()) data[each.name] = each.version;
    page["data"] = std::move(data);
  }
  return http::json_response(request, 200, json::serialize(page));
}

http::Response page(const http::Request& request, const AdminSources& sources) {
  if (request.method() != beast_http::verb::get && request.method() != beast_http::verb::head) {
    auto refused = http::text_response(request, 405, "only GET and HEAD\n");
    refused.set(beast_http::field::allow, "GET, HEAD");
    return refused;
  }
  const std::string_view target{request.target().data(), request.target().size()};
  const auto path = target.substr(0, target.find('?'));
  const auto query = path.size() < target.size() ? target.substr(path.size() + 1) : "";

  if (path == "/livez" || path == "/healthz") {
    const bool live = sources.live();
    return http::text_response(request, live ? 200 : 503, live ? "alive\n" : "stuck\n");
  }
  if (path == "/readyz") return ready_page(request, query, sources);
  if (path == "/version") return version_page(request, sources);
  if (path == "/config") return http::json_response(request, 200, sources.config());
  if (path == "/metrics") {
    return http::text_response(request, 200, sources.metrics(),
                               "text/plain; version=0.0.4; charset=utf-8");
  }
  return http::text_response(request, 404, "pages: /livez /readyz /metrics /version /config\n");
}

}  // namespace

http::Handler admin_pages(AdminSources sources) {
  auto shared = std::make_shared<const AdminSources>(std::move(sources));
  // The coroutine must not refer to the lambda's captures: it takes its own share.
  return [shared](const http::Request& request) -> boost::asio::awaitable<http::Response> {
    return [](std::shared_ptr<const AdminSources> from,
              const http::Request& asked) -> boost::asio::awaitable<http::Response> {
      co_return page(asked, *from);
    }(shared, request);
  };
}

}  // namespace waymark
