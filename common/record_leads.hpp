// Where records send visitors: the places that must not be hosts of short links, where the visitor
// would go round in circles. What a URL alone tells is for records.hpp; that a host is one of ours
// because it has a domain record, only who knows the domains can say.
#pragma once

#include "common/records.hpp"

#include <string>
#include <vector>

namespace waymark {

struct Lead {
  std::string field;    // of the record
  std::string place{};  // within the field: `at index 2: destination `, or empty
  std::string host;     // as host_of() says it

  friend bool operator==(const Lead&, const Lead&) = default;
};

// The records must have been validated. Of a domain's `root_url` only the `/` of a host is one: it
// may lead to a link.
std::vector<Lead> leads_of(const LinkRecord& link);
std::vector<Lead> leads_of(const CampaignRecord& campaign);
std::vector<Lead> leads_of(const DomainRecord& domain);

}  // namespace waymark
