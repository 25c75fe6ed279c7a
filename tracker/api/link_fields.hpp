// A link as JSON: reading its members from a request, and writing it into an answer.
#pragma once

#include "tracker/api/fields.hpp"
#include "tracker/program/rules.hpp"

#include <boost/json/object.hpp>

#include <string_view>
#include <vector>

namespace waymark::tracker {

inline constexpr std::string_view link_statuses[] = {"active", "paused", "archived"};

// Members that are given replace, null clears, absent ones stay. All but id, host and code. Notes
// it when there is no destination in the end.
void merge_link(Fields& fields, LinkRecord& record);

// A link to be made: the members of merge_link, id, host, code and aliases.
NewLink read_new_link(Fields& fields);

boost::json::object render_link(const LinkRow& row, const std::vector<AliasRow>& aliases,
                                const ProgramRules& rules);

}  // namespace waymark::tracker
