// JSON for people and programs alike: the upper levels one member a line, what is below on the line
// of its owner, numbers as one writes them (boost::json::serialize makes 30.0 "3E1").
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace waymark::loadtest {

std::string json_lines(const boost::json::value& value);

}  // namespace waymark::loadtest
