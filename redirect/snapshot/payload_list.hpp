// Payloads of entries, in the order in which they came, one behind the other in large blocks: as a
// string each, they would take as much memory again, between the cached links.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

namespace waymark::redirect::snapshot {

class PayloadList {
 public:
  PayloadList() = default;
  PayloadList(std::initializer_list<std::string_view> payloads) {
    for (const std::string_view payload : payloads) add(payload);
  }
  PayloadList(PayloadList&&) = default;
  PayloadList& operator=(PayloadList&&) = default;

  // Of at most entry_bytes_max.
  void add(std::string_view payload);

  bool empty() const noexcept { return blocks_.empty(); }
  // Of all payloads, with their lengths.
  std::size_t bytes() const noexcept { return bytes_; }

  // A payload stays where it is as long as the list lives.
  class Iterator {
   public:
    std::string_view operator*() const;
    Iterator& operator++();
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    friend PayloadList;
    Iterator(const PayloadList* list, std::size_t block) : list_(list), block_(block) {}
    const PayloadList* list_;
    std::size_t block_;
    std::size_t at_ = 0;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, blocks_.size()}; }

 private:
  using Length = std::uint32_t;
  static constexpr std::size_t block_bytes = 1024 * 1024;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t used = 0;
  };

  std::vector<Block> blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace waymark::redirect::snapshot
