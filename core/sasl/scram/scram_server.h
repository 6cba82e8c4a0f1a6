#ifndef SALLYPORT_CORE_SASL_SCRAM_SCRAM_SERVER_H_
#define SALLYPORT_CORE_SASL_SCRAM_SCRAM_SERVER_H_

// The server's side of SCRAM (RFC 5802 section 5), as a state machine. Everybody
// gets a server-first of the same form, and the same arithmetic on their proof.
// Not thread-safe.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/sasl/scram/scram.h"
#include "core/sasl/scram/scram_client_messages.h"
#include "core/sasl/scram/scram_credential.h"
#include "core/sasl/sequenced_server_mechanism.h"

namespace sallyport {

// ScramServer is one exchange.
class ScramServer : public SequencedServerMechanism {
 public:
  // `iterations` are those of whoever has no stored keys.
  ScramServer(const ScramVariant& variant, const ServerMechanismContext& context, std::string nonce,
              uint32_t iterations);

  MechanismProperties properties() const override;

 private:
  StepResult FirstMessage(std::string_view message) override;
  StepResult NextMessage(std::string_view message) override;
  StepResult OnCredentials(CredentialsFound found) override;
  StepResult OnSaltedPassword(Secret salted_password) override;
  absl::Status SaveMessages(StateWriter& state) const override;
  absl::Status RestoreMessages(StateReader& state) override;

  std::optional<Failure> CheckBindingFlag(const ScramClientFirst& first);
  const ChannelBinding* FindBinding(std::string_view type) const;
  bool UsersHaveCleartext() const;
  std::optional<Failure> CheckBinding(std::string_view sent) const;
  void BeginAuthMessage(const ScramClientFirst& first);
  std::string AppendServerFirst(const ScramKeys& keys);
  StepResult CheckProof();
  StepResult Judge(const Secret& stored_key, const Secret& server_key);

  const ScramVariant variant_;
  const ServerMechanismContext context_;
  std::string nonce_;
  const uint32_t decoy_iterations_;
  CredentialQuery query_;
  std::string gs2_header_;
  // Null unless the client uses channel binding.
  const ChannelBinding* binding_ = nullptr;
  // AuthMessage as far as it is known; the offsets are into it.
  std::string auth_message_;
  size_t server_first_begin_ = 0;
  size_t nonce_end_ = 0;
  // Whether the client's name was looked up; not yet, after RestoreMessages.
  bool looked_up_ = false;
  CredentialsFound found_;
  // Points into found_.
  ScramCredential credential_;
  // Keys for whoever has none stored; for a cleartext password, its salt.
  std::optional<ScramKeys> decoy_;
  // As the client was told them.
  std::string salt_;
  uint32_t iterations_ = 0;
  std::string proof_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SCRAM_SCRAM_SERVER_H_
