// Beast's parser with views of a few fields: what our own parser is held against, in tests for what
// it accepts and in benchmarks for what it costs.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <string_view>

namespace waymark::test {

class BeastParser final : public boost::beast::http::basic_parser<true> {
 public:
  // True when Beast accepts a complete header.
  bool parse(std::string_view header) {
    boost::beast::error_code error;
    put(boost::asio::buffer(header.data(), header.size()), error);
    return !error && is_header_done();
  }

  std::string_view target, host, user_agent, cookie;

 private:
  using Error = boost::beast::error_code;
  using View = boost::beast::string_view;
  using Field = boost::beast::http::field;

  static std::string_view view(View text) { return {text.data(), text.size()}; }

  void on_request_impl(boost::beast::http::verb, View, View to, int, Error&) override {
    target = view(to);
  }
  void on_field_impl(Field name, View, View value, Error&) override {
    if (name == Field::host) host = view(value);
    if (name == Field::user_agent && user_agent.data() == nullptr) user_agent = view(value);
    if (name == Field::cookie && cookie.data() == nullptr) cookie = view(value);
  }
  void on_header_impl(Error&) override {}
  void on_response_impl(int, View, int, Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(View body, Error&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, View, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View body, Error&) override { return body.size(); }
  void on_finish_impl(Error&) override {}
};

}  // namespace waymark::test
