// Records of the program as stored: their Redis fields as one JSON object of texts.
#pragma once

#include "common/records.hpp"

#include <string>
#include <string_view>

namespace waymark::tracker::sql {

std::string to_json(const RecordFields& fields);

// Throw Corrupt when the text is not one of to_json for that kind.
LinkRecord link_record_from(std::string_view json);
CampaignRecord campaign_record_from(std::string_view json);
DomainRecord domain_record_from(std::string_view json);

}  // namespace waymark::tracker::sql
