#ifndef SALLYPORT_CORE_SASL_SCRAM_SCRAM_SERVER_MESSAGES_H_
#define SALLYPORT_CORE_SASL_SCRAM_SCRAM_SERVER_MESSAGES_H_

// The messages that a SCRAM server sends (RFC 5802 section 7), as a client reads
// them. Views point into the bytes that were parsed. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/sasl/scram/scram_syntax.h"

namespace sallyport {

// ScramServerFirst is server-first-message.
struct ScramServerFirst {
  // The client's with the server's behind it.
  std::string_view nonce;
  // Decoded; not empty.
  std::string salt;
  // At least 1.
  uint32_t iterations = 0;
};

// ScramServerError is a server-final-message that says why the server refuses.
struct ScramServerError {
  std::string_view error;
};

// ScramVerifier is a server-final-message with the server's signature, decoded.
struct ScramVerifier {
  std::string signature;
};

// ParseScramServerFirst reads the server's first message, strictly.
std::variant<ScramSyntaxError, ScramServerFirst> ParseScramServerFirst(std::string_view message);

// ParseScramServerFinal reads the server's last message, strictly.
std::variant<ScramSyntaxError, ScramServerError, ScramVerifier> ParseScramServerFinal(
    std::string_view message);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SCRAM_SCRAM_SERVER_MESSAGES_H_
