#include "tracker/store/sql/record_fields.hpp"

#include "tracker/store/sql/database.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace waymark::tracker::sql {

namespace {

RecordFields fields_from(std::string_view json) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(json, error);
  if (error || !value.is_object()) {
    throw Corrupt{"fields of a record are no JSON object"};
  }
  RecordFields fields;
  for (const auto& [name, text] : value.get_object()) {
    if (text.is_string()) fields.emplace_back(name, text.get_string());
  }
  return fields;
}

template <class Record>
Record valid(RecordResult<Record> record) {
  if (!record) {
    throw Corrupt{
                      "field " + record.error().field + ": " + record.error().problem};
  }
  return std::move(*record);
}

}  // namespace

std::string to_json(const RecordFields& fields) {
  boost::json::object object;
  for (const auto& [name, text] : fields) object[name] = text;
  return boost::json::serialize(object);
}

LinkRecord link_record_from(std::string_view json) {
  // Where destinations may lead was checked when the link was made; rules may have become stricter.
  return valid(parse_link(fields_from(json), DestinationPolicy{}));
}

CampaignRecord campaign_record_from(std::string_view json) {
  return valid(parse_campaign(fields_from(json)));
}

DomainRecord domain_record_from(std::string_view json) {
  return valid(parse_domain(fields_from(json)));
}

}  // namespace waymark::tracker::sql
