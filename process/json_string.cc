#include "process/json_string.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_replace.h"

namespace sallyport::process {

void AppendJsonString(std::string_view value, std::string* json) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
  // Nearly every string in a log is plain; the JSON library's way costs allocations.
  if (std::all_of(value.begin(), value.end(), plain)) {
    json->push_back('"');
    json->append(value);
    json->push_back('"');
    return;
  }
  const std::string escaped = nlohmann::json(std::string(value))
                                  .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  json->append(absl::StrReplaceAll(escaped, {{"\x7f", "\\u007f"}}));
}

}  // namespace sallyport::process
