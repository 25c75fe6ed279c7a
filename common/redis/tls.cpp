#include "common/redis/tls.hpp"

#include "common/error.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <system_error>
#include <utility>

namespace waymark::redis {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

void require(const error_code& error, std::string_view key, const std::string& file) {
  if (!error) return;
  throw StartupError{exit_code::config,
                     fmt::format("redis.tls.{}: cannot use {}: {}; name a file in PEM format that "
                                 "this user may read",
                                 key, file, error.message())};
}

TlsClient::Stamp stamp_of(const TlsFiles& files) {
  TlsClient::Stamp stamp;
  std::size_t i = 0;
  for (const std::string* file : {&files.ca, &files.certificate, &files.key}) {
    std::error_code none;
    stamp[i++] = std::filesystem::last_write_time(*file, none);
  }
  return stamp;
}

}  // namespace

std::shared_ptr<TlsClient> load_tls(const TlsFiles& files) {
  if (files.certificate.empty() != files.key.empty()) {
    throw StartupError{exit_code::config,
                       "redis.tls.certificate and redis.tls.key belong together: set both or none"};
  }
  auto client = std::make_shared<TlsClient>(
      TlsClient{files, stamp_of(files), ssl::context{ssl::context::tls_client}});
  ssl::context& context = client->context;
  context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                      ssl::context::no_tlsv1_1);
  context.set_verify_mode(ssl::verify_peer);
  error_code error;
  if (files.ca.empty()) {
    context.set_default_verify_paths(error);
    require(error, "ca", "the system's certificates");
  } else {
    context.load_verify_file(files.ca, error);
    require(error, "ca", files.ca);
  }
  if (files.certificate.empty()) return client;
  context.use_certificate_chain_file(files.certificate, error);
  require(error, "certificate", files.certificate);
  context.use_private_key_file(files.key, ssl::context::pem, error);
  require(error, "key", files.key);
  return client;
}

std::shared_ptr<TlsClient> renew_tls(std::shared_ptr<TlsClient> client, std::string& problem) {
  if (stamp_of(client->files) == client->stamp) return client;
  try {
    return load_tls(client->files);
  } catch (const StartupError& error) {
    problem = error.what();
    return client;
  }
}

Url parse_url(std::string_view text, std::string_view setting, const TlsFiles& tls) {
  Url url = parse_url(text, setting);
  if (url.tls) url.tls_client = load_tls(tls);
  return url;
}

}  // namespace waymark::redis
