#ifndef SALLYPORT_CORE_TOKENS_JSON_OBJECT_H_
#define SALLYPORT_CORE_TOKENS_JSON_OBJECT_H_

// JSON that holds secrets or is to be believed (RFC 8259), such as that inside of
// tokens and key sets, read strictly. What is freed is wiped. Pure; not thread-safe, but reading
// from many threads is.

#include <jansson.h>

#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"

namespace sallyport {

struct JsonDeleter {
  void operator()(json_t* value) const { json_decref(value); }
};
using JsonPtr = std::unique_ptr<json_t, JsonDeleter>;

// ParseJsonObject reads one object. InvalidArgument, without a word of the text,
// where it is anything else: not UTF-8, a name that is repeated in any object, an
// integer beyond 64 bits, a NUL anywhere, more than 2048 levels.
absl::StatusOr<JsonPtr> ParseJsonObject(std::string_view text);

// Member is the value of that name in `object`, or null; null also where `object`
// is null or not an object.
const json_t* Member(const json_t* object, std::string_view name);

// TextOf is a string's text, valid as long as `value`; nullopt where `value` is
// null or not a string.
std::optional<std::string_view> TextOf(const json_t* value);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_JSON_OBJECT_H_
