#ifndef SALLYPORT_CORE_SASL_CRAM_MD5_CRAM_MESSAGE_H_
#define SALLYPORT_CORE_SASL_CRAM_MD5_CRAM_MESSAGE_H_

// CRAM-MD5's two messages (RFC 2195 section 2). Pure.

#include <cstddef>
#include <optional>
#include <string_view>

namespace sallyport {

// kMaxCramChallengeSize bounds a challenge, in bytes.
inline constexpr size_t kMaxCramChallengeSize = 256;

// IsCramChallenge tells whether `message` is of the form of a message id: an "@"
// between angle brackets, of printable ASCII without blanks and further brackets. What
// is not is not to be answered: another protocol's words could be put into it.
bool IsCramChallenge(std::string_view message);

// CramResponse views the message that it was parsed from.
struct CramResponse {
  std::string_view name;
  // As IsMd5Hex has it.
  std::string_view digest;
};

// ParseCramResponse splits the message at its last space: nullopt unless there is a name
// before it, and a digest behind. It does not look at the name's UTF-8.
std::optional<CramResponse> ParseCramResponse(std::string_view message);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_CRAM_MD5_CRAM_MESSAGE_H_
