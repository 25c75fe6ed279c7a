#include "redirect/snapshot/payload_list.hpp"

#include <cstring>

namespace waymark::redirect::snapshot {

void PayloadList::add(std::string_view payload) {
  const auto length = static_cast<Length>(payload.size());
  const std::size_t all = sizeof length + payload.size();
  if (blocks_.empty() || blocks_.back().used + all > block_bytes) {
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(block_bytes), 0});
  }
  Block& block = blocks_.back();
  std::memcpy(block.bytes.get() + block.used, &length, sizeof length);
  std::memcpy(block.bytes.get() + block.used + sizeof length, payload.data(), payload.size());
  block.used += all;
  bytes_ += all;
}

std::string_view PayloadList::Iterator::operator*() const {
  const char* const entry = list_->blocks_[block_].bytes.get() + at_;
  Length length = 0;
  std::memcpy(&length, entry, sizeof length);
  return {entry + sizeof length, length};
}

PayloadList::Iterator& PayloadList::Iterator::operator++() {
  at_ += sizeof(Length) + (**this).size();
  if (at_ == list_->blocks_[block_].used) {
    ++block_;
    at_ = 0;
  }
  return *this;
}

}  // namespace waymark::redirect::snapshot
