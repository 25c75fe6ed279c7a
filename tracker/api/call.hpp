// What every resource is given, and the answers they share. Resources run on a thread of the store;
// they read the request, ask the program's rules or the store, and render.
#pragma once

#include "common/keys.hpp"
#include "tracker/api/auth.hpp"
#include "tracker/api/problem.hpp"
#include "tracker/api/query.hpp"
#include "tracker/api/request.hpp"
#include "tracker/program/rules.hpp"
#include "tracker/store/store.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::tracker {

struct Call {
  Store& store;
  const ProgramRules& rules;
  const KeyRing* keys;  // null when the program has none
  const ApiRequest& request;
  std::string_view path;   // "/v1/links", undecoded
  std::string_view query;  // without the '?'
  std::string id;          // the last segment, where the route names one
};

Problem problem_of(const Refusal& refusal);
Problem problem_of(const boost::system::error_code& store_error);
// For lists: not_found means the cursor.
Problem list_problem_of(const boost::system::error_code& store_error);

PageQuery page_query(const Paging& paging);

ApiAnswer answer(unsigned status, const boost::json::object& object, std::uint64_t change = 0);

// The list envelope; `render` makes an object of one row.
template <class Row, class Render>
ApiAnswer answer_list(const Call& call, const Page<Row>& page, Render render) {
  boost::json::array data;
  data.reserve(page.data.size());
  for (const auto& row : page.data) data.push_back(render(row));
  boost::json::object list{{"object", "list"},
                           {"data", std::move(data)},
                           {"has_more", page.has_more},
                           {"url", call.path}};
  if (!page.next.empty()) list["next"] = page.next;
  return answer(200, std::move(list));
}

// Absent texts are null in the API.
boost::json::value text_or_null(std::string_view text);

}  // namespace waymark::tracker
