#include <utility>

#include "core/sasl/anonymous/anonymous.h"
#include "core/sasl/anonymous/trace.h"
#include "core/sasl/sequenced_server_mechanism.h"

namespace sallyport {
namespace {

constexpr char kName[] = "anonymous";

class AnonymousServer : public SequencedServerMechanism {
 public:
  AnonymousServer() : SequencedServerMechanism(Opening::kClientOrNothing) {}

 private:
  StepResult FirstMessage(std::string_view message) override {
    if (!IsShortEnoughTrace(message)) {
      return Failure{FailureReason::kMalformedMessage, "the trace is longer than 255 characters"};
    }
    Identity identity;
    identity.authentication_id = kName;
    identity.authorization_id = kName;
    identity.mechanism = kAnonymous.name;
    return Success{std::move(identity)};
  }
};

}  // namespace

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateAnonymousServer(
    const ServerMechanismContext&) {
  return std::make_unique<AnonymousServer>();
}

}  // namespace sallyport
