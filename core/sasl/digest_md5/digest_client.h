#ifndef SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_CLIENT_H_
#define SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_CLIENT_H_

// The client's side of DIGEST-MD5 (RFC 2831 section 2), as a state machine. It takes
// the server's proof from a last challenge or from the outcome, and trusts no server
// without one. Not thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/credentials/secret.h"
#include "core/sasl/client_mechanism.h"
#include "core/sasl/digest_md5/digest_challenge.h"
#include "core/sasl/digest_md5/digest_response.h"
#include "core/sasl/digest_md5/digest_session.h"
#include "core/sasl/password_credentials.h"

namespace sallyport {

// DigestLogin is what a client says of itself, checked and prepared.
struct DigestLogin {
  PreparedCredentials credentials;
  std::string digest_uri;
  // In UTF-8; empty: the server's first.
  std::string realm;
  // Of a login that begins anew.
  std::string cnonce;
  // Of the same user, host and realm.
  std::optional<DigestSession> session;
};

// DigestClient is one exchange.
class DigestClient : public ClientMechanism {
 public:
  explicit DigestClient(DigestLogin login);

  absl::StatusOr<ClientStepResult> Step(std::optional<std::string_view> challenge) override;
  std::optional<ServerFault> Finish(std::optional<std::string_view> additional_data) override;
  absl::Status SaveState(StateWriter& state) const override;
  absl::Status RestoreState(StateReader& state) override;
  std::optional<Secret> session() const override;
  MechanismProperties properties() const override;

 private:
  enum class Turn : uint8_t {
    kStart,
    kChallenge,
    // The server proves itself, or has the client of a session begin anew.
    kVerifierOrChallenge,
    kVerifier,
    kVerified,
    kFinished,
    kFailed,
  };

  absl::StatusOr<ClientStepResult> Start();
  absl::StatusOr<ClientStepResult> OnChallenge(std::string_view message);
  absl::StatusOr<ClientStepResult> OnVerifier(std::string_view message);
  std::optional<ServerFault> ChooseRealm(const DigestChallenge& challenge);
  absl::StatusOr<ClientStepResult> Respond(Turn next);
  std::optional<ServerFault> Verify(const std::variant<DigestSyntaxError, DigestVerifier>& parsed);
  ServerFault Fail(const char* what);

  DigestLogin login_;
  Turn turn_ = Turn::kStart;
  // What was sent last; its digest is not kept.
  DigestResponse response_;
  // What the server is to prove itself by.
  Secret rspauth_;
  bool stale_ = false;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_CLIENT_H_
