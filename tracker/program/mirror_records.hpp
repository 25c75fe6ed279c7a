// Rows of the store as commands for Redis: how each record is replaced as a whole.
#pragma once

#include "common/records.hpp"
#include "common/redis/command.hpp"
#include "tracker/store/rows.hpp"

#include <string>
#include <vector>

namespace waymark::tracker {

// A record as it stands in Redis; without a field it is to be taken away.
struct MirrorRecord {
  std::string key;
  RecordFields fields;
};
MirrorRecord mirror_record(const LinkRow& row);
MirrorRecord mirror_record(const AliasRow& row);
MirrorRecord mirror_record(const CampaignRow& row);
MirrorRecord mirror_record(const DomainRow& row);
MirrorRecord mirror_record(const Change& change);

// MULTI, every record's DEL and HSET, EXEC is the caller's: these are the commands in between, so
// that no edge ever sees half a record.
std::vector<redis::Command> replace_commands(const std::vector<Change>& changes);
// The same, with a life for the records: for a Redis that holds a part of the links, to which a
// change is told whether it holds the record or not.
std::vector<redis::Command> announce_commands(const std::vector<Change>& changes);

}  // namespace waymark::tracker
