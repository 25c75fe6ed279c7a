target_sources(waymark_common PRIVATE
  base64url.cpp
  click_line_parse.cpp
  click_line_write.cpp
  code.cpp
  hmac.cpp
  json_cursor.cpp
  keys.cpp
  percent.cpp
  ranges.cpp
  token.cpp
  utf8.cpp
  uuid.cpp
)
