#ifndef SALLYPORT_CORE_SASL_SASLPREP_SASLPREP_H_
#define SALLYPORT_CORE_SASL_SASLPREP_SASLPREP_H_

// SASLprep (RFC 4013): the form in which names and passwords are compared. Of
// Unicode 3.2, as stringprep (RFC 3454) fixes it. Thread-safe; keeps no copy of
// what it prepares.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// kMaxSaslPrepSize bounds what is prepared, in bytes.
inline constexpr size_t kMaxSaslPrepSize = 8192;

// SaslPrepQuery prepares a string that somebody presents: code points that
// Unicode 3.2 does not assign pass. nullopt where `text` is not UTF-8, holds a
// prohibited character, mixes directions (RFC 3454 section 6), or is over
// kMaxSaslPrepSize. The result may be empty where `text` is not: what that means
// is for the caller to judge. As secret as `text`.
std::optional<std::string> SaslPrepQuery(std::string_view text);

// SaslPrepStored prepares a string that is to be stored: as SaslPrepQuery, but
// unassigned code points are refused.
std::optional<std::string> SaslPrepStored(std::string_view text);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SASLPREP_SASLPREP_H_
