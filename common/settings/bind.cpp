// Settings::bind for each type of field: how it takes a text and how it shows its value.
#include "common/settings/impl.hpp"
#include "common/settings/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace waymark {
namespace {

Setting described(std::string help) {
  Setting setting;
  setting.help = std::move(help);
  return setting;
}

template <class Value, class Text>
std::string out_of_range(Value min, Value max, Text text) {
  return fmt::format("is out of range; it may be {} to {}", text(min), text(max));
}

// The items between commas, without the blanks around them; empty ones are none.
std::vector<std::string> split(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const std::string_view item = text.substr(0, comma);
    const auto first = item.find_first_not_of(blanks);
    if (first != item.npos) {
      items.emplace_back(item.substr(first, item.find_last_not_of(blanks) + 1 - first));
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

}  // namespace

void Settings::bind(std::string key, std::string& field, std::string help, SettingKind kind) {
  Setting setting = described(std::move(help));
  setting.kind = kind;
  setting.assign = [&field](std::string_view text) {
    field = text;
    return std::string{};
  };
  setting.text = [&field] { return field; };
  impl_->table.add(std::move(key), std::move(setting));
}

void Settings::bind(std::string key, bool& field, std::string help) {
  Setting setting = described(std::move(help));
  setting.boolean = true;
  setting.assign = [&field](std::string_view text) -> std::string {
    if (text != "true" && text != "false") return "must be true or false";
    field = text == "true";
    return {};
  };
  setting.text = [&field] { return field ? "true" : "false"; };
  impl_->table.add(std::move(key), std::move(setting));
}

void Settings::bind(std::string key, std::uint64_t& field, std::string help, std::uint64_t min,
                    std::uint64_t max) {
  const auto number_text = [](std::uint64_t number) { return fmt::format("{}", number); };
  Setting setting = described(std::move(help));
  setting.assign = [&field, min, max, number_text](std::string_view text) -> std::string {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc::invalid_argument || rest != end) {
      return fmt::format("is not a whole number from {} to {}", min, max);
    }
    if (error != std::errc{} || number < min || number > max) {
      return out_of_range(min, max, number_text);
    }
    field = number;
    return {};
  };
  setting.text = [&field, number_text] { return number_text(field); };
  impl_->table.add(std::move(key), std::move(setting));
}

void Settings::bind(std::string key, Bytes& field, std::string help, Bytes min, Bytes max) {
  Setting setting = described(std::move(help));
  setting.assign = [&field, min, max](std::string_view text) -> std::string {
    const auto bytes = parse_bytes(text);
    if (!bytes) return bytes.error();
    if (*bytes < min || *bytes > max) return out_of_range(min, max, bytes_text);
    field = *bytes;
    return {};
  };
  setting.text = [&field] { return bytes_text(field); };
  impl_->table.add(std::move(key), std::move(setting));
}

void Settings::bind(std::string key, std::chrono::milliseconds& field, std::string help,
                    std::chrono::milliseconds min, std::chrono::milliseconds max) {
  Setting setting = described(std::move(help));
  setting.assign = [&field, min, max](std::string_view text) -> std::string {
    const auto duration = parse_duration(text);
    if (!duration) return duration.error();
    if (*duration < min || *duration > max) return out_of_range(min, max, duration_text);
    field = *duration;
    return {};
  };
  setting.text = [&field] { return duration_text(field); };
  impl_->table.add(std::move(key), std::move(setting));
}

void Settings::bind(std::string key, ListenAddress& field, std::string help) {
  Setting setting = described(std::move(help));
  setting.assign = [&field](std::string_view text) -> std::string {
    const auto address = parse_listen_address(text);
    if (!address) return "is not an address; write it like 127.0.0.1:8080, [::1]:8080 or :8080";
    field = *address;
    return {};
  };
  setting.text = [&field] { return field.text(); };
  impl_->table.add(std::move(key), std::move(setting));
}

void Settings::bind(std::string key, std::vector<std::string>& field, std::string help) {
  Setting setting = described(std::move(help));
  setting.assign = [&field](std::string_view text) {
    field = split(text);
    return std::string{};
  };
  setting.assign_items = [&field](std::vector<std::string> items) { field = std::move(items); };
  setting.text = [&field] { return fmt::format("{}", fmt::join(field, ",")); };
  impl_->table.add(std::move(key), std::move(setting));
}

void Settings::bind_choice(std::string key, std::string& field, std::string help,
                           std::vector<std::string> choices) {
  Setting setting = described(std::move(help));
  setting.assign = [&field, choices = std::move(choices)](std::string_view text) -> std::string {
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      return fmt::format("must be one of {}", fmt::join(choices, ", "));
    }
    field = text;
    return {};
  };
  setting.text = [&field] { return field; };
  impl_->table.add(std::move(key), std::move(setting));
}

}  // namespace waymark
