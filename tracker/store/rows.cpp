#include "tracker/store/rows.hpp"

namespace waymark::tracker {

SequenceSet OriginRow::settled() const {
  SequenceSet all = committed;
  all.add(lost);
  return all;
}

}  // namespace waymark::tracker
