#include "bench/micro/sallyport_scram.h"

#include <optional>
#include <variant>

#include "core/crypto/random_source.h"
#include "core/sasl/create_mechanism.h"
#include "core/sasl/mechanism_registry.h"

namespace sallyport {

SallyportScram::Host::Host(const ScramUser& user)
    : user_(user), descriptor_(*FindMechanism(user.mechanism())) {
  settings_.decoy_key = Secret("the key of decoys");
  context_.settings = &settings_;
  context_.random = &SystemRandom();
  context_.channel_bindings = user.channel_bindings();
  context_.plus_offered = !user.channel_bindings().empty();
}

SallyportScram::SallyportScram(Host& host)
    : host_(host), server_(CreateServerMechanism(host.descriptor_, host.context_).value()) {}

bool SallyportScram::First(std::string_view message, std::string& reply) {
  const auto asked = server_->Step(message);
  if (!asked.ok()) return false;
  const auto* query = std::get_if<NeedCredentials>(&*asked);
  if (query == nullptr) return false;
  const auto said = server_->Resume(query->ticket, CredentialsFound{host_.user_.account(), {}});
  if (!said.ok()) return false;
  const auto* challenge = std::get_if<Challenge>(&*said);
  if (challenge == nullptr) return false;
  reply = challenge->bytes;
  return true;
}

bool SallyportScram::Final(std::string_view message, std::string& reply) {
  const auto said = server_->Step(message);
  if (!said.ok()) return false;
  const auto* success = std::get_if<Success>(&*said);
  if (success == nullptr || success->identity.account != host_.user_.account() ||
      !success->additional_data.has_value()) {
    return false;
  }
  reply = *success->additional_data;
  return true;
}

}  // namespace sallyport
