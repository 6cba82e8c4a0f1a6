#ifndef SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_SERVER_H_
#define SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_SERVER_H_

// The server's side of DIGEST-MD5 (RFC 2831 section 2), as a state machine. Everybody
// gets the same challenge, and the same arithmetic on their response. Not thread-safe.

#include <optional>
#include <string>
#include <string_view>

#include "core/sasl/digest_md5/digest_response.h"
#include "core/sasl/sequenced_server_mechanism.h"

namespace sallyport {

// DigestServer is one exchange.
class DigestServer : public SequencedServerMechanism {
 public:
  // `realm` is as IsDigestRealm has it. Where `nonce` is empty, the exchange fails.
  DigestServer(const ServerMechanismSettings& settings, std::string realm, std::string nonce);

  MechanismProperties properties() const override;

 private:
  StepResult FirstChallenge() override { return MakeChallenge(/*stale=*/false); }
  StepResult FirstMessage(std::string_view message) override;
  StepResult NextMessage(std::string_view message) override;
  StepResult OnSession(SessionAnswer answer) override;
  StepResult OnCredentials(CredentialsFound found) override;
  absl::Status SaveMessages(StateWriter& state) const override;
  absl::Status RestoreMessages(StateReader& state) override;

  StepResult MakeChallenge(bool stale);
  std::optional<Failure> ReadResponse(std::string_view message);

  const ServerMechanismSettings& settings_;
  std::string realm_;
  // Of a challenge of this exchange: one that goes on from a session has that one's.
  std::string nonce_;
  DigestResponse response_;
  CredentialQuery query_;
  // Whether the client goes on from a session that is too old.
  bool stale_ = false;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_SERVER_H_
