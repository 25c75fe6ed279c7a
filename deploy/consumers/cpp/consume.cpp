// Reads the click stream with a group of its own and keeps one row per counted click in SQLite.
//
//   consume HOST PORT FILE [GROUP [CONSUMER]]
//
// hiredis, Boost.JSON and SQLite. The rules that it keeps are those of common/schema/README.md:
// first what was handed out before and not acknowledged, then what is new; the effect, then XACK;
// the id of the click makes the effect one, however often the click comes.
#include <boost/json.hpp>
#include <hiredis/hiredis.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

namespace json = boost::json;

// What this consumer was given before and has not acknowledged, and what is new.
const std::string found_again = "0";
const std::string fresh = ">";

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

std::string_view text_of(const redisReply* reply) {
  return reply->str == nullptr ? std::string_view{} : std::string_view{reply->str, reply->len};
}

class Redis {
 public:
  Redis(const std::string& host, int port) : context_(redisConnect(host.c_str(), port)) {
    if (context_ == nullptr || context_->err != 0) throw std::runtime_error("cannot connect");
  }
  ~Redis() { redisFree(context_); }
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  // Error replies are returned; a lost connection throws.
  Reply ask(const std::vector<std::string>& words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const auto& word : words) {
      texts.push_back(word.data());
      sizes.push_back(word.size());
    }
    Reply reply{static_cast<redisReply*>(
        redisCommandArgv(context_, static_cast<int>(words.size()), texts.data(), sizes.data()))};
    if (!reply) throw std::runtime_error("the connection is lost");
    return reply;
  }

 private:
  redisContext* context_;
};

class ClickTable {
 public:
  explicit ClickTable(const std::string& file) {
    if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) fail();
    sqlite3_busy_timeout(database_, 10'000);  // somebody may be reading the file
    run("PRAGMA synchronous=FULL");
    run("CREATE TABLE IF NOT EXISTS clicks (id TEXT PRIMARY KEY, line TEXT NOT NULL) WITHOUT "
        "ROWID");
    if (sqlite3_prepare_v2(database_, "INSERT OR IGNORE INTO clicks VALUES (?, ?)", -1, &insert_,
                           nullptr) != SQLITE_OK) {
      fail();
    }
  }
  ~ClickTable() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  ClickTable(const ClickTable&) = delete;
  ClickTable& operator=(const ClickTable&) = delete;

  void run(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  void insert(std::string_view id, std::string_view line) {
    sqlite3_bind_text(insert_, 1, id.data(), static_cast<int>(id.size()), SQLITE_TRANSIENT);
    sqlite3_bind_text(insert_, 2, line.data(), static_cast<int>(line.size()), SQLITE_TRANSIENT);
    if (sqlite3_step(insert_) != SQLITE_DONE) fail();
    sqlite3_reset(insert_);
  }

 private:
  [[noreturn]] void fail() const {
    std::fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(database_));
    std::exit(1);
  }
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

bool is_counted(const json::object& click) {
  return !click.contains("bot") && !click.contains("outcome") && !click.contains("test");
}

void save_line(ClickTable& table, std::string_view line) {
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error || !value.is_object()) return;  // the tracker keeps such lines as dead letters
  const auto& click = value.get_object();
  const auto* version = click.if_contains("v");
  const auto* id = click.if_contains("id");
  if (version == nullptr || *version != json::value(1) || id == nullptr || !id->is_string()) return;
  if (is_counted(click)) table.insert(id->get_string(), line);
}

// Loss and end entries have no lines; an entry that was trimmed while it was pending has no fields.
void save_entry(ClickTable& table, const redisReply* fields) {
  for (std::size_t i = 0; i + 1 < fields->elements; i += 2) {
    if (text_of(fields->element[i]) != "body") continue;
    std::string_view rest = text_of(fields->element[i + 1]);
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      save_line(table, line);
    }
  }
}

class Consumer {
 public:
  Consumer(Redis& redis, ClickTable& table, std::string group, std::string name)
      : redis_(redis), table_(table), group_(std::move(group)), name_(std::move(name)) {}

  [[noreturn]] void run() {
    for (;;) {
      const Reply tags = redis_.ask({"HKEYS", "wm:stream"});
      for (std::size_t i = 0; i < tags->elements; ++i) {
        join("wm:clicks:{" + std::string{text_of(tags->element[i])} + "}");
      }
      for (const auto& stream : streams_) take(stream, fresh);
      if (streams_.empty()) std::this_thread::sleep_for(std::chrono::seconds{1});
    }
  }

 private:
  // A stream that is not there yet is made by an edge or the tracker.
  void join(const std::string& stream) {
    if (streams_.contains(stream)) return;
    const Reply made = redis_.ask({"XGROUP", "CREATE", stream, group_, "0"});
    if (made->type == REDIS_REPLY_ERROR && !text_of(made.get()).starts_with("BUSYGROUP")) return;
    while (take(stream, found_again) > 0) {
    }
    streams_.insert(stream);
  }

  // Reads, saves in one transaction, acknowledges. Returns the number of entries.
  std::size_t take(const std::string& stream, const std::string& from) {
    const Reply reply = redis_.ask({"XREADGROUP", "GROUP", group_, name_, "COUNT", "100", "BLOCK",
                                    "500", "STREAMS", stream, from});
    // A Redis that has lost everything has lost the group, too: begin again.
    if (reply->type == REDIS_REPLY_ERROR) throw std::runtime_error(reply->str);
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0) return 0;
    const redisReply* entries = reply->element[0]->element[1];
    if (entries->elements == 0) return 0;
    std::vector<std::string> acknowledge{"XACK", stream, group_};
    table_.run("BEGIN");
    for (std::size_t i = 0; i < entries->elements; ++i) {
      const redisReply* entry = entries->element[i];
      acknowledge.emplace_back(text_of(entry->element[0]));
      save_entry(table_, entry->element[1]);
    }
    table_.run("COMMIT");
    redis_.ask(acknowledge);
    return entries->elements;
  }

  Redis& redis_;
  ClickTable& table_;
  std::string group_, name_;
  std::set<std::string> streams_;  // whose pending entries have been read
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: consume HOST PORT FILE [GROUP [CONSUMER]]\n");
    return 2;
  }
  ClickTable table{argv[3]};
  for (;;) {
    try {
      Redis redis{argv[1], std::atoi(argv[2])};
      Consumer{redis, table, argc > 4 ? argv[4] : "example-cpp", argc > 5 ? argv[5] : "one"}.run();
    } catch (const std::runtime_error& error) {
      std::fprintf(stderr, "Redis: %s; again in a second\n", error.what());
      std::this_thread::sleep_for(std::chrono::seconds{1});
    }
  }
}
