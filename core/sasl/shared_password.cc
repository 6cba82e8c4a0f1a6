#include "core/sasl/shared_password.h"

#include <utility>
#include <variant>

#include "core/credentials/new_credential.h"
#include "core/crypto/hash.h"

namespace sallyport {

SharedPassword SharedPasswordOf(const Account* account, std::string_view name,
                                const ServerMechanismSettings& settings) {
  // Made for everybody, so that nobody is slower without an account.
  SharedPassword shared;
  shared.password = std::move(
      DecoyScramKeys(HashFunction::kSha256, name, settings.decoy_key.view(), settings.costs)
          .stored_key);
  if (account == nullptr) return shared;
  for (const StoredCredential& stored : account->credentials) {
    const auto* cleartext = std::get_if<Cleartext>(&stored.secret);
    if (cleartext == nullptr || cleartext->password.empty()) continue;
    return {cleartext->password, true};
  }
  return shared;
}

}  // namespace sallyport
