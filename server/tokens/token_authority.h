#ifndef SALLYPORT_SERVER_TOKENS_TOKEN_AUTHORITY_H_
#define SALLYPORT_SERVER_TOKENS_TOKEN_AUTHORITY_H_

// Says whom a bearer token vouches for: the service's answer to a mechanism that
// was shown one. A token is judged on the caller's thread (see VerifyToken for what
// that costs); only where its key is not at hand does the answer wait for the
// issuer. Thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "core/sasl/server_mechanism.h"
#include "core/tokens/token_refusal.h"
#include "server/tokens/key_set_source.h"
#include "server/tokens/token_issuer.h"

namespace sallyport::server {

class TokenAuthority {
 public:
  using Done = absl::AnyInvocable<void(CredentialAnswer) &&>;

  // Check is what Create would fail with; nothing is fetched.
  static absl::Status Check(const std::vector<TokenIssuer>& issuers);

  // Create reads the key sets that lie in files, and begins to fetch the others: an
  // issuer that does not answer keeps nobody from starting. It fails as ReadKeySet
  // does, and with InvalidArgument where an issuer has no name or audience, has
  // those of another, or has a URL that CheckKeyUrl refuses.
  static absl::StatusOr<std::unique_ptr<TokenAuthority>> Create(
      const std::vector<TokenIssuer>& issuers);

  // Destroying the authority answers all who wait.
  ~TokenAuthority();
  TokenAuthority(const TokenAuthority&) = delete;
  TokenAuthority& operator=(const TokenAuthority&) = delete;

  // ResolveCached answers without waiting, or not at all. A good token is
  // CredentialsFound with the account that it vouches for, which expires with it: as
  // whom that may act is the caller's to say. A refused one has no account, and the
  // denial kTokenInvalid, kTokenExpired or kTokenNotAccepted; the log says more.
  std::optional<CredentialAnswer> ResolveCached(std::string_view token);

  // Resolve answers after the issuer's keys were fetched anew, if they may be. It
  // calls `done` exactly once, on the caller's thread or on another.
  // CredentialsUnavailable: kStoreUnavailable where the keys are missing, too old,
  // or could not be fetched, and kOverloaded where too many wait for them.
  void Resolve(std::string_view token, Done done);

 private:
  struct Issuer {
    std::string name;
    TokenRules rules;
    std::unique_ptr<KeySetSource> keys;
  };

  // NeedsKeys: newer keys than those tried, if any, might verify the token.
  struct NeedsKeys {
    const Issuer* issuer;
    std::shared_ptr<const KeySet> tried;
  };

  explicit TokenAuthority(std::vector<Issuer> issuers);

  // Nothing where newer keys might verify the token.
  static std::optional<CredentialAnswer> JudgeBy(const Issuer& issuer, const KeySet& keys,
                                                 std::string_view token);
  static CredentialAnswer JudgeByNewest(const Issuer& issuer, const KeySetAnswer& newest,
                                        const std::shared_ptr<const KeySet>& tried,
                                        std::string_view token);
  std::variant<CredentialAnswer, NeedsKeys> Judge(std::string_view token) const;

  const std::vector<Issuer> issuers_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TOKENS_TOKEN_AUTHORITY_H_
