#ifndef SALLYPORT_CORE_SASL_SCRAM_SCRAM_CREDENTIAL_H_
#define SALLYPORT_CORE_SASL_SCRAM_SCRAM_CREDENTIAL_H_

// Which of an account's secrets a SCRAM login is checked with. Pure.

#include <cstddef>
#include <cstdint>

#include "core/credentials/account.h"
#include "core/crypto/hash.h"

namespace sallyport {

// kMaxScramSaltSize keeps server-first within one AMQP frame of 512 bytes.
inline constexpr size_t kMaxScramSaltSize = 64;

// ScramCredential points into the account: keys or a password. With neither, there is
// nothing that this mechanism can use.
struct ScramCredential {
  const ScramKeys* keys = nullptr;
  // Keys of another password that is valid too, with the salt and the iterations of
  // `keys`; null: there are none.
  const ScramKeys* other_keys = nullptr;
  const Secret* password = nullptr;
};

// ChooseScramCredential prefers stored keys of `hash` that are well-formed and of
// `min_iterations` or more to a cleartext password; of those keys, the first that do not
// expire, else the first. `account` may be null.
ScramCredential ChooseScramCredential(const Account* account, HashFunction hash,
                                      uint32_t min_iterations);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SCRAM_SCRAM_CREDENTIAL_H_
