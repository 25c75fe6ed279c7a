#include "tests/unit/api/api_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <future>

namespace waymark::tracker::test {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

asio::awaitable<std::string> no_redis_state() {
  co_return R"({"links":null,"consumers":[{"shard":"0","name":"web1-0","pending":3}]})";
}

}  // namespace

boost::json::value Answer::json() const {
  return boost::json::parse(body);
}

std::string Answer::text(const std::string& member) const {
  const auto value = json();
  const auto* found = value.as_object().if_contains(member);
  if (found == nullptr) return "(no member " + member + ")";
  return found->is_string() ? std::string{found->get_string()} : "";
}

std::shared_ptr<const KeyRing> test_keys() {
  const std::array<std::uint8_t, HmacKey::secret_bytes> secret{1, 2, 3};
  return std::make_shared<const KeyRing>(
      std::vector<SigningKey>{SigningKey{"k1", HmacKey{secret}}});
}

ApiSystem::ApiSystem(std::string redis_url, ProgramRules rules, std::shared_ptr<const KeyRing> keys)
    : store_(std::make_unique<StoreThread>("sqlite:" + (folder_.path() / "store.db").string())),
      mirror_(std::make_unique<Mirror>(io_, redis::parse_url(redis_url, "redis"), *store_, log_,
                                       MirrorScope::everything, [this] { return writes_.load(); })),
      api_(std::make_unique<Api>(std::move(rules), key, std::move(keys))),
      stream_(std::make_unique<redis::Client>(
          io_,
          redis::ConnectionOptions{.url = redis::parse_url(redis_url, "redis"), .name = "test"},
          log_)),
      desk_(std::make_unique<StreamDesk>(io_, *stream_, DrainOptions{})),
      api_server_(std::make_unique<ApiServer>(
          *api_, *store_, *mirror_, *desk_, no_redis_state, log_)),
      server_(std::make_unique<http::Server>(io_, ListenAddress{"127.0.0.1", 0}, "listen",
                                             http::ServerOptions{}, api_server_->handler(), log_)) {
  server_->start();
  mirror_->start();
  stream_->start();
  thread_ = std::thread([this] { io_.run(); });
}

ApiSystem::~ApiSystem() {
  on_loop([this] {
    server_->stop();
    mirror_->stop();
    stream_->stop();
  });
  io_.stop();
  thread_.join();
  server_.reset();
}

Answer ApiSystem::call(const std::string& method, const std::string& target,
                       const std::optional<std::string>& body, Headers headers) {
  headers.try_emplace("Authorization", std::string{"Bearer "} + key);
  if (body) headers.try_emplace("Content-Type", "application/json");

  beast_http::request<beast_http::string_body> request;
  request.version(11);
  request.method_string(method);
  request.target(target);
  request.set(beast_http::field::host, "127.0.0.1");
  for (const auto& [name, value] : headers) {
    if (!value.empty()) request.set(name, value);
  }
  request.body() = body.value_or("");
  request.prepare_payload();

  asio::io_context io;
  asio::ip::tcp::socket socket{io};
  socket.connect({asio::ip::make_address("127.0.0.1"), port()});
  beast_http::write(socket, request);
  boost::beast::flat_buffer buffer;
  beast_http::response_parser<beast_http::string_body> parser;
  parser.skip(method == "HEAD");
  beast_http::read(socket, buffer, parser);

  Answer answer;
  answer.status = parser.get().result_int();
  answer.body = parser.get().body();
  for (const auto& field : parser.get()) {
    answer.headers[lower(std::string{field.name_string()})] = std::string{field.value()};
  }
  return answer;
}

void ApiSystem::with_store(const std::function<void(Store&)>& work) {
  const auto job = [work](Store& store) -> Result<void> {
    work(store);
    return {};
  };
  asio::co_spawn(io_, store_->run(Priority::api, job), asio::use_future).get().value();
}

void ApiSystem::on_loop(const std::function<void()>& work) {
  std::promise<void> done;
  asio::post(io_, [&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

void ApiSystem::store_clicks(const std::vector<Click>& clicks) {
  with_store([&](Store& store) {
    Batch batch;
    for (const auto& click : clicks) batch.add(click);
    batch.sort();
    ASSERT_TRUE(store.commit_batch(batch, 1'800'000'000'000));
  });
}

}  // namespace waymark::tracker::test
