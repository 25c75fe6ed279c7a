// TLS to Redis (rediss://): whom to believe and who we are.
#pragma once

#include "common/redis/url.hpp"

#include <boost/asio/ssl/context.hpp>

#include <array>
#include <filesystem>
#include <memory>
#include <string>

namespace waymark::redis {

struct TlsClient {
  // When the files were written that this was made of; tells one state of them from another.
  using Stamp = std::array<std::filesystem::file_time_type, 3>;

  TlsFiles files;
  Stamp stamp;
  boost::asio::ssl::context context;
};

// Reads the files. Throws StartupError (exit 78) naming the setting (redis.tls.*), the file and
// what is wrong with it.
std::shared_ptr<TlsClient> load_tls(const TlsFiles& files);

// The same client, or one made of the files anew when they have been replaced since. Files that
// cannot be used, or of which only some have been replaced yet, leave the client; `problem` says
// why.
std::shared_ptr<TlsClient> renew_tls(std::shared_ptr<TlsClient> client, std::string& problem);

}  // namespace waymark::redis
