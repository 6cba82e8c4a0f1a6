#include "core/sasl/scram/scram_client_messages.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/crypto/base64.h"

namespace sallyport {
namespace {

// cb-name is of letters, digits, "." and "-".
bool IsBindingName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '-';
  });
}

bool ParseBindingFlag(std::string_view flag, ScramClientFirst* first) {
  if (flag == "n") {
    first->binding_flag = ScramBindingFlag::kNotSupported;
  } else if (flag == "y") {
    first->binding_flag = ScramBindingFlag::kNotOffered;
  } else if (flag.starts_with("p=") && IsBindingName(flag.substr(2))) {
    first->binding_flag = ScramBindingFlag::kUsed;
    first->binding_type = flag.substr(2);
  } else {
    return false;
  }
  return true;
}

// Null where the header is right.
const char* ParseGs2Header(std::string_view message, ScramClientFirst* first) {
  const size_t flag_end = message.find(',');
  if (flag_end == std::string_view::npos) return "the GS2 header is cut short";
  const size_t header_end = message.find(',', flag_end + 1);
  if (header_end == std::string_view::npos) return "the GS2 header is cut short";
  if (!ParseBindingFlag(message.substr(0, flag_end), first)) {
    return "the channel binding flag is not n, y or p=name";
  }
  const std::string_view authzid = message.substr(flag_end + 1, header_end - flag_end - 1);
  if (!authzid.empty()) {
    if (!authzid.starts_with("a=")) return "the authorization id is not an a= attribute";
    std::optional<std::string> name = UnescapeSaslname(authzid.substr(2));
    if (!name.has_value()) return "the authorization id is not well escaped";
    first->authorization_id = *std::move(name);
  }
  first->gs2_header = message.substr(0, header_end + 1);
  first->bare = message.substr(header_end + 1);
  return nullptr;
}

}  // namespace

std::variant<ScramSyntaxError, ScramClientFirst> ParseScramClientFirst(std::string_view message) {
  if (!IsScramText(message)) return ScramSyntaxError{"client-first is not UTF-8 without NUL"};
  ScramClientFirst first;
  if (const char* what = ParseGs2Header(message, &first)) return ScramSyntaxError{what};

  ScramAttributes attributes(first.bare);
  const std::optional<std::string_view> saslname = attributes.Take('n');
  if (!saslname.has_value()) return ScramSyntaxError{"client-first does not begin with a name"};
  std::optional<std::string> username = UnescapeSaslname(*saslname);
  if (!username.has_value()) return ScramSyntaxError{"the name is not well escaped"};
  first.username = *std::move(username);

  const std::optional<std::string_view> nonce = attributes.Take('r');
  if (!nonce.has_value() || !IsScramNonce(*nonce)) {
    return ScramSyntaxError{"client-first has no printable nonce"};
  }
  if (nonce->size() > kMaxScramClientNonceSize) return ScramSyntaxError{"the nonce is too long"};
  first.nonce = *nonce;
  if (!attributes.TakeExtensions()) return ScramSyntaxError{"bad extensions in client-first"};
  return first;
}

std::variant<ScramSyntaxError, ScramClientFinal> ParseScramClientFinal(std::string_view message) {
  if (!IsScramText(message)) return ScramSyntaxError{"client-final is not UTF-8 without NUL"};
  constexpr std::string_view kProof = ",p=";
  const size_t proof_begin = message.find(kProof);
  if (proof_begin == std::string_view::npos) return ScramSyntaxError{"client-final has no proof"};
  ScramClientFinal final;
  final.without_proof = message.substr(0, proof_begin);
  // Base64 has no comma, so that nothing can follow the proof.
  std::optional<std::string> proof = DecodeBase64(message.substr(proof_begin + kProof.size()));
  if (!proof.has_value()) return ScramSyntaxError{"the proof is not base64 at the end"};
  final.proof = *std::move(proof);

  ScramAttributes attributes(final.without_proof);
  const std::optional<std::string_view> encoded_binding = attributes.Take('c');
  if (!encoded_binding.has_value()) {
    return ScramSyntaxError{"client-final does not begin with a channel binding"};
  }
  std::optional<std::string> binding = DecodeBase64(*encoded_binding);
  if (!binding.has_value()) return ScramSyntaxError{"the channel binding is not base64"};
  final.binding = *std::move(binding);

  const std::optional<std::string_view> nonce = attributes.Take('r');
  if (!nonce.has_value()) return ScramSyntaxError{"client-final has no nonce"};
  final.nonce = *nonce;
  if (!attributes.TakeExtensions()) return ScramSyntaxError{"bad extensions in client-final"};
  return final;
}

}  // namespace sallyport
