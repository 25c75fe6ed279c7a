// TLS to Redis (rediss://): whom to believe and who we are.
#pragma once

#include "common/redis/url.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace waymark::redis {

struct TlsClient {
  boost::asio::ssl::context context;
  std::string server_name;
};

// Reads the files. Throws StartupError (exit 78) naming the setting under `prefix` ("redis.tls"),
// the file and what is wrong with it.
std::shared_ptr<TlsClient> load_tls(const TlsFiles& files, std::string_view prefix);

}  // namespace waymark::redis
