// Writes the header of an answer that has content: pages, pictures, files. No allocation.
#pragma once

#include <cstddef>
#include <string_view>

namespace waymark::redirect {

struct ContentHead {
  std::string_view status_line = "HTTP/1.1 200 OK\r\n";
  std::string_view fields{};    // whole lines, each with its line end
  std::string_view extra{};     // more of them
  std::string_view language{};  // for Content-Language; empty: none
  std::size_t bytes = 0;        // of the content
};

// Returns the end. `date` is the text of Date; `close` adds `Connection: close`.
char* write_content_head(const ContentHead& head, std::string_view date, bool close,
                         char* out) noexcept;

}  // namespace waymark::redirect
