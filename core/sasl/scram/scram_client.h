#ifndef SALLYPORT_CORE_SASL_SCRAM_SCRAM_CLIENT_H_
#define SALLYPORT_CORE_SASL_SCRAM_SCRAM_CLIENT_H_

// The client's side of SCRAM (RFC 5802 section 5), as a state machine. It takes
// the server's proof from a last challenge or from the outcome, and trusts no
// server without one. Not thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/credentials/secret.h"
#include "core/sasl/client_mechanism.h"
#include "core/sasl/scram/scram.h"

namespace sallyport {

// ScramLogin is what a client says of itself, checked and prepared.
struct ScramLogin {
  std::string authentication_id;
  std::string authorization_id;
  Secret password;
  // Of a -PLUS variant, null otherwise; outlives the client.
  const ChannelBinding* binding = nullptr;
  // Flag `y`: it could use channel binding, but the server does not offer it.
  bool binding_not_offered = false;
  std::string nonce;
};

// ScramClient is one exchange.
class ScramClient : public ClientMechanism {
 public:
  ScramClient(HashFunction hash, ScramLogin login);

  absl::StatusOr<ClientStepResult> Step(std::optional<std::string_view> challenge) override;
  absl::StatusOr<ClientStepResult> Resume(uint64_t ticket, DerivationAnswer answer) override;
  std::optional<ServerFault> Finish(std::optional<std::string_view> additional_data) override;
  absl::Status SaveState(StateWriter& state) const override;
  absl::Status RestoreState(StateReader& state) override;
  MechanismProperties properties() const override;

 private:
  enum class Turn : uint8_t {
    kStart,
    kServerFirst,
    kSaltedPassword,
    kServerFinal,
    kVerified,
    kFailed,
  };

  ClientResponse Start();
  ClientStepResult OnServerFirst(std::string_view message);
  absl::StatusOr<ClientStepResult> OnSaltedPassword(const Secret& salted_password);
  std::optional<ServerFault> VerifyServerFinal(std::string_view message);
  ServerFault Fail(const char* what);

  const HashFunction hash_;
  ScramLogin login_;
  Turn turn_ = Turn::kStart;
  std::string gs2_header_;
  // AuthMessage as far as it is known.
  std::string auth_message_;
  // The server's, with ours in front.
  std::string nonce_;
  uint32_t iterations_ = 0;
  Secret server_signature_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SCRAM_SCRAM_CLIENT_H_
