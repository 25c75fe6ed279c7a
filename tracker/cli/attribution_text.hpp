// The answer of POST /v1/attribution/resolve as a person reads it: who is credited, and what became
// of each piece of evidence.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace waymark::cli {

std::string attribution_page(const boost::json::value& attribution);

}  // namespace waymark::cli
