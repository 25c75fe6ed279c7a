// A reply of Redis, owning what hiredis decoded. Move-only; cheap to pass.
#pragma once

#include <hiredis/hiredis.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace waymark::redis {

// View of one reply or element; lives as long as the Reply it came from.
class ReplyView {
 public:
  explicit ReplyView(const redisReply* reply) noexcept : reply_(reply) {}

  bool is_nil() const noexcept { return reply_ == nullptr || reply_->type == REDIS_REPLY_NIL; }
  bool is_error() const noexcept { return reply_ != nullptr && reply_->type == REDIS_REPLY_ERROR; }
  bool is_array() const noexcept { return reply_ != nullptr && reply_->type == REDIS_REPLY_ARRAY; }
  bool is_integer() const noexcept {
    return reply_ != nullptr && reply_->type == REDIS_REPLY_INTEGER;
  }
  // Bulk, simple and error strings.
  bool is_text() const noexcept;
  // Empty unless is_text().
  std::string_view text() const noexcept;
  // Zero unless an integer.
  std::int64_t integer() const noexcept { return is_integer() ? reply_->integer : 0; }
  // Zero unless an array.
  std::size_t size() const noexcept { return is_array() ? reply_->elements : 0; }
  // A nil view past the end.
  ReplyView operator[](std::size_t index) const noexcept {
    return ReplyView{index < size() ? reply_->element[index] : nullptr};
  }
  // True for an error reply that starts with `code`, such as "OOM" or "NOGROUP".
  bool is_error_code(std::string_view code) const noexcept;

 private:
  const redisReply* reply_;
};

class Reply : public ReplyView {
 public:
  Reply() noexcept : ReplyView(nullptr) {}
  explicit Reply(redisReply* owned) noexcept : ReplyView(owned), owned_(owned) {}
  Reply(Reply&& other) noexcept : ReplyView(other), owned_(std::move(other.owned_)) {
    static_cast<ReplyView&>(other) = ReplyView{nullptr};
  }
  Reply& operator=(Reply&& other) noexcept {
    static_cast<ReplyView&>(*this) = other;
    owned_ = std::move(other.owned_);
    static_cast<ReplyView&>(other) = ReplyView{nullptr};
    return *this;
  }

 private:
  struct Free {
    void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
  };
  std::unique_ptr<redisReply, Free> owned_;
};

}  // namespace waymark::redis
