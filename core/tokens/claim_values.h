#ifndef SALLYPORT_CORE_TOKENS_CLAIM_VALUES_H_
#define SALLYPORT_CORE_TOKENS_CLAIM_VALUES_H_

// The values of claims, in the forms that issuers give them. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "core/tokens/json_object.h"

namespace sallyport {

// FindClaim is the claim of that name, or at that JSON Pointer (RFC 6901, through
// objects only) where it begins with '/'; null where there is none.
const json_t* FindClaim(const json_t* payload, std::string_view name);

// NumericDate is a time in seconds since 1970, whole or not (RFC 7519 section 2),
// up to the year 9999; nullopt for anything else.
std::optional<absl::Time> NumericDate(const json_t* value);

// StringsOf is a string, as a list of one, or a list of strings; nullopt for
// anything else. The views live as long as `value`.
std::optional<std::vector<std::string_view>> StringsOf(const json_t* value);

// PlainText is a string as it is, an integer in decimal, or "true" or "false";
// nullopt for anything else.
std::optional<std::string> PlainText(const json_t* value);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_CLAIM_VALUES_H_
