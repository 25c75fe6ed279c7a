// The small pages that stand ready in every language: what is said instead of a redirect, and the
// page under `/`. Written from the texts once, copied for each visitor.
#pragma once

#include "redirect/pages/language.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

class PageBook {
 public:
  // Throws std::runtime_error when the table of texts is broken or a page outgrows its limit.
  explicit PageBook(std::string_view texts);

  // The book of this program: it changes as little as a constant.
  static const PageBook& own();

  const std::vector<Language>& languages() const noexcept { return languages_; }
  const Language& language_for(std::string_view accept_language) const noexcept {
    return languages_[choose_language(accept_language, languages_)];
  }

  // The page of a status: 200 (what `/` shows), 400, 404, 405, 410, 413, 414, 429, 431, 503 or 505;
  // another one reads as 400. `head` leaves the content out. At most limits::answer_bytes_max;
  // returns the end. No allocation.
  char* write(unsigned status, std::string_view accept_language, std::string_view date, bool close,
              bool head, char* out) const noexcept;

 private:
  std::vector<Language> languages_;
  std::vector<std::vector<std::string>> documents_;  // by language, then by page
};

}  // namespace waymark::redirect
