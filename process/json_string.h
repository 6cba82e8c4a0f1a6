#ifndef SALLYPORT_PROCESS_JSON_STRING_H_
#define SALLYPORT_PROCESS_JSON_STRING_H_

// Strings in lines of JSON that people and terminals read. Thread-safe.

#include <string>
#include <string_view>

namespace sallyport::process {

// AppendJsonString appends `value` to `json` as a JSON string of ASCII, without DEL: a
// terminal that shows it obeys nothing in it. Bytes that are not UTF-8 are replaced by
// U+FFFD.
void AppendJsonString(std::string_view value, std::string* json);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_JSON_STRING_H_
