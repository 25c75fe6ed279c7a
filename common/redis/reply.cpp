#include "common/redis/reply.hpp"

namespace waymark::redis {

bool ReplyView::is_text() const noexcept {
  if (reply_ == nullptr) return false;
  return reply_->type == REDIS_REPLY_STRING || reply_->type == REDIS_REPLY_STATUS ||
         reply_->type == REDIS_REPLY_ERROR;
}

std::string_view ReplyView::text() const noexcept {
  if (!is_text()) return {};
  // size_t from hiredis 1.0 on, int before.
  return {reply_->str, static_cast<std::size_t>(reply_->len)};
}

bool ReplyView::is_error_code(std::string_view code) const noexcept {
  if (!is_error() || !text().starts_with(code)) return false;
  const std::string_view rest = text().substr(code.size());
  return rest.empty() || rest.front() == ' ';
}

}  // namespace waymark::redis
