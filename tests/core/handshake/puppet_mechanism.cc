#include "tests/core/handshake/puppet_mechanism.h"

#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace sallyport {
namespace {

class PuppetMechanism : public ServerMechanism {
 public:
  absl::StatusOr<StepResult> Step(std::optional<std::string_view> response) override {
    if (response.has_value() && !response->empty()) {
      words_ = std::istringstream(std::string(*response));
    }
    return ActOut();
  }

  absl::StatusOr<StepResult> Resume(uint64_t ticket, CredentialAnswer answer) override {
    if (ticket != ticket_) return absl::FailedPreconditionError("a stale ticket");
    if (const auto* unavailable = std::get_if<CredentialsUnavailable>(&answer)) {
      return Failure{unavailable->reason};
    }
    return ActOut();
  }

  absl::StatusOr<StepResult> Resume(uint64_t ticket, DerivationAnswer) override {
    if (ticket != ticket_) return absl::FailedPreconditionError("a stale ticket");
    return ActOut();
  }

  absl::StatusOr<StepResult> Resume(uint64_t ticket, SessionAnswer) override {
    if (ticket != ticket_) return absl::FailedPreconditionError("a stale ticket");
    return ActOut();
  }

 private:
  absl::StatusOr<StepResult> ActOut() {
    std::string word;
    words_ >> word;
    const size_t equals = word.find('=');
    std::optional<std::string> bytes;
    if (equals != std::string::npos) {
      bytes = std::string(std::strtoul(word.c_str() + equals + 1, nullptr, 10), 'x');
      word.resize(equals);
    }
    if (word == "challenge") return Challenge{bytes.value_or("")};
    if (word == "credentials")
      return NeedCredentials{++ticket_, {"puppet", "", kPuppet.name, Secret()}};
    if (word == "derivation") return NeedDerivation{++ticket_, SaltedPassword{}};
    if (word == "session") return NeedSession{++ticket_, "puppet"};
    if (word == "succeed") {
      return Success{Identity{.authentication_id = "puppet",
                              .authorization_id = "puppet",
                              .mechanism = kPuppet.name},
                     std::move(bytes)};
    }
    if (word == "fail") return Failure{FailureReason::kBadCredentials, "as the client wished"};
    return absl::InternalError("as the client wished");
  }

  std::istringstream words_;
  uint64_t ticket_ = 100;
};

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreatePuppet(const ServerMechanismContext&) {
  return std::make_unique<PuppetMechanism>();
}

}  // namespace

constinit const MechanismDescriptor kPuppet = {.name = "PUPPET", .create_server = &CreatePuppet};

}  // namespace sallyport
