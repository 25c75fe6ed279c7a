#include "tracker/api/link_fields.hpp"
#include "tracker/api/resources.hpp"

#include <utility>

namespace waymark::tracker::resources {
namespace {

namespace json = boost::json;

Checked<json::object> render(const Call& call, const LinkRow& row) {
  const auto aliases = call.store.aliases(row.id);
  if (!aliases) return problem_of(aliases.error());
  return render_link(row, *aliases, call.rules);
}

Checked<ApiAnswer> answer_link(const Call& call, unsigned status, const LinkRow& row) {
  const auto object = render(call, row);
  if (!object) return object.error();
  return answer(status, *object, row.change);
}

// What a link keeps for its life may be repeated, so that what was read can be sent back.
void check_unchanged(Fields& fields, std::string_view name, std::string_view value) {
  const auto text = fields.text(name);
  if ((text && *text != value) || fields.cleared(name)) {
    fields.note(name, "invalid", "cannot be changed");
  }
}

}  // namespace

Checked<ApiAnswer> list_links(const Call& call) {
  Query query{call.query};
  LinkQuery wanted;
  wanted.page = page_query(query.paging());
  wanted.campaign = query.text("campaign").value_or("");
  wanted.referrer = query.text("referrer").value_or("");
  wanted.host = query.text("host").value_or("");
  wanted.code = folded_code(call.rules, query.text("code").value_or(""));
  if (const auto status = query.choice("status", link_statuses)) {
    wanted.status = link_status_from(*status);
  }
  if (auto problem = query.finish()) return *problem;
  const auto page = call.store.links(wanted);
  if (!page) return list_problem_of(page.error());
  Page<json::object> rendered{.data = {}, .has_more = page->has_more, .next = page->next};
  for (const auto& row : page->data) {
    auto object = render(call, row);
    if (!object) return object.error();
    rendered.data.push_back(std::move(*object));
  }
  return answer_list(call, rendered, [](const json::object& object) { return object; });
}

Checked<ApiAnswer> create_link(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  auto link = read_new_link(*fields);
  if (auto problem = fields->finish()) return *problem;
  const auto row =
      tracker::create_link(call.store, call.rules, std::move(link), call.request.unix_ms);
  if (!row) return problem_of(row.error());
  return answer_link(call, 201, *row);
}

Checked<ApiAnswer> read_link(const Call& call) {
  const auto row = call.store.link(call.id);
  if (!row) return problem_of(row.error());
  return answer_link(call, 200, *row);
}

Checked<ApiAnswer> change_link(const Call& call) {
  auto fields = Fields::read(call.request.body);
  if (!fields) return fields.error();
  const auto before = call.store.link(call.id);
  if (!before) return problem_of(before.error());
  LinkRow after = *before;
  merge_link(*fields, after.record);
  check_unchanged(*fields, "id", before->id);
  check_unchanged(*fields, "host", before->host);
  if (auto code = fields->text("code")) after.code = std::move(*code);
  if (fields->cleared("code")) fields->note("code", "required", "cannot be cleared");
  if (auto problem = fields->finish()) return *problem;
  const auto row =
      tracker::change_link(call.store, call.rules, *before, std::move(after), call.request.unix_ms);
  if (!row) return problem_of(row.error());
  return answer_link(call, 200, *row);
}

}  // namespace waymark::tracker::resources
