// Reads requests of the text protocol, whole and byte by byte: the same must come of it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "server/text/text_request_reader.h"

namespace sallyport::server {
namespace {

constexpr size_t kMaxData = 64;

std::string TextOf(const TextRequest& request) {
  std::string text = std::to_string(request.index());
  if (const auto* start = std::get_if<TextStart>(&request)) {
    if (start->data.size() > kMaxData || start->mechanism.size() > kMaxTextMechanism) std::abort();
    text.append(start->mechanism).append(" ").append(start->data.begin(), start->data.end());
  } else if (const auto* step = std::get_if<TextStep>(&request)) {
    if (step->data.size() > kMaxData) std::abort();
    text.append(step->data.begin(), step->data.end());
  } else if (const auto* problem = std::get_if<TextProblem>(&request)) {
    text.push_back(static_cast<char>('a' + static_cast<int>(problem->kind)));
    text.append(problem->closes ? " closes" : "");
  }
  return text;
}

std::vector<std::string> ReadAll(std::string_view stream, size_t piece_size) {
  TextRequestReader reader(kMaxData);
  std::vector<std::string> requests;
  while (!stream.empty()) {
    std::string_view piece = stream.substr(0, piece_size);
    stream.remove_prefix(piece.size());
    while (true) {
      const auto next = reader.Next(&piece);
      if (std::holds_alternative<std::monostate>(next)) break;
      requests.push_back(TextOf(std::get<TextRequest>(next)));
      if (requests.back().ends_with(" closes")) return requests;
    }
    if (!piece.empty()) std::abort();
  }
  return requests;
}

}  // namespace
}  // namespace sallyport::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  using sallyport::server::ReadAll;
  if (ReadAll(stream, size + 1) != ReadAll(stream, 1)) std::abort();
  return 0;
}
