#ifndef SALLYPORT_CORE_SASL_SCRAM_SCRAM_CLIENT_MESSAGES_H_
#define SALLYPORT_CORE_SASL_SCRAM_SCRAM_CLIENT_MESSAGES_H_

// The messages that a SCRAM client sends (RFC 5802 section 7), as a server reads
// them. Views point into the bytes that were parsed. Pure.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/sasl/scram/scram_syntax.h"

namespace sallyport {

// kMaxScramClientNonceSize keeps server-first, which repeats the nonce, within
// one AMQP frame of 512 bytes.
inline constexpr size_t kMaxScramClientNonceSize = 256;

// ScramBindingFlag is gs2-cbind-flag.
enum class ScramBindingFlag : uint8_t {
  kNotSupported,  // n
  kNotOffered,    // y: the client would, but thinks that the server cannot
  kUsed,          // p
};

// ScramClientFirst is client-first-message.
struct ScramClientFirst {
  // With both of its commas.
  std::string_view gs2_header;
  ScramBindingFlag binding_flag = ScramBindingFlag::kNotSupported;
  // Empty unless binding_flag is kUsed.
  std::string_view binding_type;
  // Unescaped; empty where there is none.
  std::string authorization_id;
  std::string username;
  std::string_view nonce;
  // client-first-message-bare.
  std::string_view bare;
};

// ScramClientFinal is client-final-message.
struct ScramClientFinal {
  // Decoded from "c=".
  std::string binding;
  std::string_view nonce;
  // Decoded from "p="; of any size.
  std::string proof;
  std::string_view without_proof;
};

// ParseScramClientFirst reads the client's first message, strictly.
std::variant<ScramSyntaxError, ScramClientFirst> ParseScramClientFirst(std::string_view message);

// ParseScramClientFinal reads the client's last message, strictly. The proof must
// be its last attribute, and there only once.
std::variant<ScramSyntaxError, ScramClientFinal> ParseScramClientFinal(std::string_view message);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SCRAM_SCRAM_CLIENT_MESSAGES_H_
