#include "loadtest/mix/container.hpp"

namespace waymark::mix {

void write_mix_file(std::ostream& out, std::span<const MixRequest> mix) {
  for (const MixRequest& request : mix) {
    out << request.bytes.size() << ' ' << request.status << ' ' << to_text(request.kind) << '\n'
        << request.bytes;
  }
}

void write_redis_commands(std::ostream& out, std::span<const MixRecord> records) {
  for (const MixRecord& record : records) {
    out << "HSET " << record.key;
    for (const auto& [field, value] : record.fields) out << ' ' << field << ' ' << value;
    out << '\n';
  }
}

}  // namespace waymark::mix
