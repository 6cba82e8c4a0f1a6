#include "core/tokens/token_signature.h"

#include <cjose/cjose.h>
#include <openssl/err.h>

#include <memory>

#include "core/tokens/wiping_memory.h"

namespace sallyport {
namespace {

// What a token that names no key, or one of several of that name, may cost.
constexpr int kMaxTries = 4;

struct JwsDeleter {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using JwsPtr = std::unique_ptr<cjose_jws_t, JwsDeleter>;

// The library neither asks which curve an algorithm takes nor how long a
// signature must be, and reads a key of another type as if it were of the right
// one: only a key that fits comes here.
bool Verifies(const CompactToken& token, const VerificationKey& key, cjose_jws_t* jws) {
  return jws != nullptr && token.signature_size() == key.SignatureSize(token.algorithm()) &&
         cjose_jws_verify(jws, key.get(), nullptr);
}

}  // namespace

std::optional<TokenRefusal> CheckSignature(const CompactToken& token, const KeySet& keys) {
  UseWipingMemory();
  JwsPtr jws;
  bool verified = false;
  int tries = 0;
  for (const VerificationKey& key : keys.keys()) {
    if (token.key_id().has_value() && key.id() != token.key_id()) continue;
    if (!key.Fits(token.algorithm())) continue;
    if (++tries > kMaxTries) break;
    // CompactToken has seen to it that the token is one that the library does not
    // abort on, as it does where padding is misplaced.
    if (jws == nullptr) {
      jws.reset(cjose_jws_import(token.compact().data(), token.compact().size(), nullptr));
    }
    verified = Verifies(token, key, jws.get());
    if (verified) break;
  }
  // What a bad signature leaves in the thread's queue would confuse its next TLS
  // call.
  ERR_clear_error();
  if (verified) return std::nullopt;
  return tries > 0 && token.key_id().has_value() ? TokenRefusal::kBadSignature
                                                 : TokenRefusal::kUnknownKey;
}

}  // namespace sallyport
