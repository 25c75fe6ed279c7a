#include "common/redis/tls.hpp"

#include "common/error.hpp"

#include <fmt/format.h>

namespace waymark::redis {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

void require(const error_code& error, std::string_view prefix, std::string_view key,
             const std::string& file) {
  if (!error) return;
  throw StartupError{exit_code::config,
                     fmt::format("{}.{}: cannot use {}: {}; name a file in PEM format that this "
                                 "user may read",
                                 prefix, key, file, error.message())};
}

}  // namespace

std::shared_ptr<TlsClient> load_tls(const TlsFiles& files, std::string_view prefix) {
  if (files.certificate.empty() != files.key.empty()) {
    throw StartupError{
        exit_code::config,
        fmt::format("{0}.certificate and {0}.key belong together: set both or none", prefix)};
  }
  auto client = std::make_shared<TlsClient>(
      TlsClient{ssl::context{ssl::context::tls_client}, files.server_name});
  ssl::context& context = client->context;
  context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                      ssl::context::no_tlsv1_1);
  context.set_verify_mode(ssl::verify_peer);
  error_code error;
  if (files.ca.empty()) {
    context.set_default_verify_paths(error);
    require(error, prefix, "ca", "the system's certificates");
  } else {
    context.load_verify_file(files.ca, error);
    require(error, prefix, "ca", files.ca);
  }
  if (files.certificate.empty()) return client;
  context.use_certificate_chain_file(files.certificate, error);
  require(error, prefix, "certificate", files.certificate);
  context.use_private_key_file(files.key, ssl::context::pem, error);
  require(error, prefix, "key", files.key);
  return client;
}

Url parse_url(std::string_view text, std::string_view setting, const TlsFiles& tls) {
  Url url = parse_url(text, setting);
  if (url.tls) url.tls_client = load_tls(tls, "redis.tls");
  return url;
}

}  // namespace waymark::redis
