#ifndef SALLYPORT_CORE_SASL_GSSAPI_GSSAPI_CLIENT_H_
#define SALLYPORT_CORE_SASL_GSSAPI_GSSAPI_CLIENT_H_

// The client's side of GSSAPI (RFC 4752 section 3), as a state machine. It always
// has the server prove itself, and takes no security layer. Not thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/sasl/client_mechanism.h"
#include "core/sasl/gssapi/choose_layer_step.h"
#include "core/sasl/gssapi/complete_step.h"
#include "core/sasl/gssapi/initiate_step.h"
#include "core/sasl/gssapi/kerberos_context.h"

namespace sallyport {

// GssapiClient is one exchange.
class GssapiClient : public ClientMechanism {
 public:
  GssapiClient(InitiatorSettings settings, std::string authorization_id);

  absl::StatusOr<ClientStepResult> Step(std::optional<std::string_view> challenge) override;
  absl::StatusOr<ClientStepResult> Resume(uint64_t ticket, DerivationAnswer answer) override;
  std::optional<ServerFault> Finish(std::optional<std::string_view> additional_data) override;
  // SaveState fails with FailedPrecondition also while the server has not proved
  // itself: the library cannot write down a context that is half-way.
  absl::Status SaveState(StateWriter& state) const override;
  absl::Status RestoreState(StateReader& state) override;
  MechanismProperties properties() const override { return PropertiesOf(context_); }

 private:
  enum class Turn : uint8_t {
    kStart,
    kInitiating,
    kServerToken,
    kCompleting,
    kLayerOffer,
    kChoosing,
    kOutcome,
    kFailed,
  };

  ServerFault Fail(const char* what);
  NeedDerivation Suspend(Turn turn, std::shared_ptr<SlowStep> step);
  absl::StatusOr<ClientStepResult> OnInitiated();
  ClientStepResult OnCompleted();
  ClientStepResult OnChosen();

  const InitiatorSettings settings_;
  const std::string authorization_id_;
  Turn turn_ = Turn::kStart;
  uint64_t ticket_ = 0;
  // One of the three, while it is under way.
  std::shared_ptr<InitiateStep> initiate_;
  std::shared_ptr<CompleteStep> complete_;
  std::shared_ptr<ChooseLayerStep> choose_;
  // While it waits for the server's token.
  Initiation initiation_;
  KerberosContext context_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_GSSAPI_CLIENT_H_
