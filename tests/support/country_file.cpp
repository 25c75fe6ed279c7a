#include "tests/support/country_file.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace waymark::test {
namespace {

constexpr unsigned text = 2, uint16 = 5, uint32 = 6, map = 7, uint64 = 9, array = 11;

// The control bytes before a value of less than 29 bytes or entries.
std::string field(unsigned kind, std::size_t size) {
  if (kind <= 7) return {static_cast<char>(kind << 5U | size)};
  return {static_cast<char>(size), static_cast<char>(kind - 7)};
}

std::string text_field(std::string_view value) {
  return field(text, value.size()).append(value);
}

std::string number_field(unsigned kind, std::size_t bytes, std::uint64_t value) {
  std::string result = field(kind, bytes);
  for (std::size_t i = bytes; i-- > 0;) result += static_cast<char>(value >> 8 * i & 0xffU);
  return result;
}

struct Side {
  std::optional<std::size_t> node, data;
};
using Node = std::array<Side, 2>;

void insert(std::vector<Node>& nodes, const std::string& bits, std::size_t data) {
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < bits.size(); ++i) {
    const std::size_t side = bits[i] == '1' ? 1 : 0;
    if (!nodes[at][side].node) {
      nodes.emplace_back();
      nodes[at][side].node = nodes.size() - 1;
    }
    at = *nodes[at][side].node;
  }
  nodes[at][bits.back() == '1' ? 1 : 0].data = data;
}

std::string tree_of(const std::vector<Node>& nodes) {
  std::string tree;
  for (const Node& node : nodes) {
    for (const Side& side : node) {
      const std::size_t unknown = nodes.size();
      const std::size_t value =
          side.data ? nodes.size() + 16 + *side.data : side.node.value_or(unknown);
      for (unsigned shift : {16U, 8U, 0U}) tree += static_cast<char>(value >> shift & 0xffU);
    }
  }
  return tree;
}

}  // namespace

std::string country_file(const std::vector<std::pair<std::string, std::string>>& networks) {
  std::vector<Node> nodes(1);
  std::string data;
  for (const auto& [bits, country] : networks) {
    insert(nodes, std::string(96, '0') + bits, data.size());
    data += field(map, 1) + text_field("country") + field(map, 1) + text_field("iso_code") +
            text_field(country);
  }
  const std::string metadata =
      field(map, 9) + text_field("languages") + field(array, 1) + text_field("en") +
      text_field("description") + field(map, 1) + text_field("en") + text_field("a test") +
      text_field("node_count") + number_field(uint32, 4, nodes.size()) + text_field("record_size") +
      number_field(uint16, 2, 24) + text_field("ip_version") + number_field(uint16, 2, 6) +
      text_field("database_type") + text_field("Test-Country") +
      text_field("binary_format_major_version") + number_field(uint16, 2, 2) +
      text_field("binary_format_minor_version") + number_field(uint16, 2, 0) +
      text_field("build_epoch") + number_field(uint64, 4, 1'767'225'600);
  return tree_of(nodes) + std::string(16, '\0') + data + "\xab\xcd\xefMaxMind.com" + metadata;
}

}  // namespace waymark::test
