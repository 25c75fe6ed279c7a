#include "redirect/pages/page_book.hpp"

#include "common/limits.hpp"
#include "redirect/pages/content.hpp"
#include "redirect/pages/html.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace waymark::redirect {
namespace {

struct Page {
  unsigned status;
  std::string_view status_line;
  std::string_view extra;  // header lines of its own
  Text title;
  // What is said below the title: in the visitor's language, or to the author of a program that
  // sends such requests.
  Text more = Text::count_;
  std::string_view detail{};
  bool again = false;  // whether the next attempt may succeed
};

constexpr std::array<Page, 11> pages{{
    {200, "HTTP/1.1 200 OK\r\n", "", Text::root, Text::root_more},
    {404, "HTTP/1.1 404 Not Found\r\n", "", Text::not_found, Text::not_found_more},
    {410, "HTTP/1.1 410 Gone\r\n", "", Text::gone, Text::gone_more},
    {429, "HTTP/1.1 429 Too Many Requests\r\n", "Retry-After: 1\r\n", Text::too_many,
     Text::too_many_more, "", true},
    {503, "HTTP/1.1 503 Service Unavailable\r\n", "Retry-After: 1\r\n", Text::unavailable,
     Text::unavailable_more, "", true},
    {400, "HTTP/1.1 400 Bad Request\r\n", "", Text::refused, Text::count_,
     "The request is not valid HTTP."},
    {405, "HTTP/1.1 405 Method Not Allowed\r\n", "Allow: GET, HEAD\r\n", Text::refused,
     Text::count_, "Links answer GET and HEAD."},
    {413, "HTTP/1.1 413 Content Too Large\r\n", "", Text::refused, Text::count_,
     "Requests for links carry no content."},
    {414, "HTTP/1.1 414 URI Too Long\r\n", "", Text::refused, Text::count_,
     "The address is longer than 4 KiB."},
    {431, "HTTP/1.1 431 Request Header Fields Too Large\r\n", "", Text::refused, Text::count_,
     "The request header is longer than 8 KiB."},
    {505, "HTTP/1.1 505 HTTP Version Not Supported\r\n", "", Text::refused, Text::count_,
     "Please use HTTP/1.1."},
}};

std::size_t page_of(unsigned status) noexcept {
  auto page = std::ranges::find(pages, status, &Page::status);
  if (page == pages.end()) page = std::ranges::find(pages, 400U, &Page::status);
  return static_cast<std::size_t>(page - pages.begin());
}

std::string document(const Language& language, const Page& page) {
  const std::string& title = language[page.title];
  std::string body = "<h1>" + html_escaped(title) + "</h1>";
  if (page.more != Text::count_) body += "<p>" + html_escaped(language[page.more]) + "</p>";
  if (!page.detail.empty()) {
    body.append("<p lang=\"en\" dir=\"ltr\" class=\"soft\">").append(page.detail).append("</p>");
  }
  // Browsers inside of apps often have no button for this.
  if (page.again) body += "<p><a href=\"\">" + html_escaped(language[Text::try_again]) + "</a></p>";
  return html_page(language, title, body);
}

}  // namespace

PageBook::PageBook(std::string_view texts) : languages_(parse_languages(texts)) {
  constexpr std::size_t head_bytes_max = 1'024;
  for (const Language& language : languages_) {
    std::vector<std::string>& documents = documents_.emplace_back();
    for (const Page& page : pages) {
      documents.push_back(document(language, page));
      if (documents.back().size() + head_bytes_max > limits::answer_bytes_max) {
        throw std::runtime_error{"a page in '" + language.tag() + "' is too long"};
      }
    }
  }
}

const PageBook& PageBook::own() {
  static const PageBook book{page_texts};
  return book;
}

char* PageBook::write(unsigned status, std::string_view accept_language, std::string_view date,
                      bool close, bool head, char* out) const noexcept {
  const std::size_t page = page_of(status);
  const std::size_t language = choose_language(accept_language, languages_);
  const std::string& content = documents_[language][page];
  out = write_content_head({pages[page].status_line, html_fields, pages[page].extra,
                            languages_[language].tag(), content.size()},
                           date, close, out);
  if (head) return out;
  std::memcpy(out, content.data(), content.size());
  return out + content.size();
}

}  // namespace waymark::redirect
