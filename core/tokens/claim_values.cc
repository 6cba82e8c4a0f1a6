#include "core/tokens/claim_values.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sallyport {
namespace {

constexpr int64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z

}  // namespace

const json_t* FindClaim(const json_t* payload, std::string_view name) {
  if (!name.starts_with('/')) return Member(payload, name);
  const json_t* value = payload;
  while (!name.empty()) {
    name.remove_prefix(1);
    const size_t end = std::min(name.find('/'), name.size());
    const std::string token =
        absl::StrReplaceAll(absl::string_view(name.data(), end), {{"~1", "/"}, {"~0", "~"}});
    value = Member(value, token);
    name.remove_prefix(end);
  }
  return value;
}

std::optional<absl::Time> NumericDate(const json_t* value) {
  if (json_is_integer(value)) {
    const json_int_t seconds = json_integer_value(value);
    if (seconds < 0 || seconds > kLastSecond) return std::nullopt;
    return absl::FromUnixSeconds(seconds);
  }
  if (json_is_real(value)) {
    const double seconds = json_real_value(value);
    if (!(seconds >= 0) || seconds > static_cast<double>(kLastSecond)) return std::nullopt;
    return absl::UnixEpoch() + absl::Seconds(seconds);
  }
  return std::nullopt;
}

std::optional<std::vector<std::string_view>> StringsOf(const json_t* value) {
  if (const auto text = TextOf(value)) return std::vector<std::string_view>{*text};
  if (!json_is_array(value)) return std::nullopt;
  std::vector<std::string_view> strings;
  for (size_t i = 0; i < json_array_size(value); ++i) {
    const auto text = TextOf(json_array_get(value, i));
    if (!text.has_value()) return std::nullopt;
    strings.push_back(*text);
  }
  return strings;
}

std::optional<std::string> PlainText(const json_t* value) {
  if (const auto text = TextOf(value)) return std::string(*text);
  if (json_is_integer(value)) return absl::StrCat(json_integer_value(value));
  if (json_is_boolean(value)) return json_is_true(value) ? "true" : "false";
  return std::nullopt;
}

}  // namespace sallyport
