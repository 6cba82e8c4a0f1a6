#ifndef SALLYPORT_SERVER_TOKENS_TOKEN_ISSUER_H_
#define SALLYPORT_SERVER_TOKENS_TOKEN_ISSUER_H_

// An issuer of tokens as the policy describes it.

#include <string>

#include "absl/time/time.h"
#include "core/tokens/token_rules.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::server {

struct TokenIssuer {
  // The store that vouches, as identities and logs name it.
  std::string name;
  TokenRules rules;
  // The path of a key set, or its URL.
  std::string keys;
  // For a URL only.
  std::string ca_file;
  bool allow_plaintext = false;
  absl::Duration refresh = absl::Minutes(5);
  absl::Duration max_age = absl::Hours(1);
  // The least time between two fetches that tokens with an unknown key ask for.
  absl::Duration min_interval = absl::Seconds(10);
};

// IsKeyUrl tells a URL from a path.
bool IsKeyUrl(const std::string& keys);

// ToTokenIssuer reads what the policy's checks have let through.
TokenIssuer ToTokenIssuer(const v1::TokenIssuer& issuer);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TOKENS_TOKEN_ISSUER_H_
