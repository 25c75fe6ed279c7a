// What is no mistake by itself, and yet may be one: told to a person after a link was made or
// changed.
#pragma once

#include "tracker/cli/api_client.hpp"

#include <boost/json/value.hpp>

#include <string>

namespace waymark::cli {

// Sentences on standard error: a campaign or a host without a record, a time that is over. `link`
// is as the API answered it. Asks the API again; throws nothing of it, since the link is made.
void say_notes(const ApiClient& api, const boost::json::value& link);

// The part about the campaign; nothing for an empty one.
void say_campaign_note(const ApiClient& api, const std::string& campaign);

}  // namespace waymark::cli
