#include "tests/core/sasl/mechanism_driver.h"

#include <algorithm>
#include <utility>

#include "absl/synchronization/notification.h"
#include "core/credentials/new_credential.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

// Far more than any mechanism needs.
constexpr int kMaxSteps = 10;

DerivationAnswer DeriveOrAsk(const KeyDerivation& work) {
  const auto* check = std::get_if<DelegatedCheck>(&work);
  if (check == nullptr) return Derive(work);
  absl::Notification answered;
  DerivationAnswer answer;
  AskVerifier(*check, [&](DerivationAnswer said) {
    answer = std::move(said);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

}  // namespace

bool ScriptedRandom::Fill(std::span<char> out) {
  if (script_.size() < out.size()) return false;
  std::copy_n(script_.begin(), out.size(), out.begin());
  script_.erase(0, out.size());
  return true;
}

ServerMechanismSettings TestSettings() {
  ServerMechanismSettings settings;
  settings.decoy_key = Secret("the key of decoys");
  settings.costs.pbkdf2_iterations = 4096;
  settings.costs.argon2_memory_kib = 64;
  settings.costs.argon2_passes = 1;
  settings.digest_realm = "realm.test";
  return settings;
}

std::shared_ptr<const Account> TestAccount(std::string_view name, std::string_view password,
                                           const std::vector<std::string_view>& schemes) {
  auto account = std::make_shared<Account>();
  account->authentication_id = std::string(name);
  for (const std::string_view scheme : schemes) {
    auto credential = NewCredential(scheme, password, TestSettings().costs, SystemRandom());
    if (!credential.ok()) {
      ADD_FAILURE() << credential.status();
      continue;
    }
    account->credentials.push_back({*std::move(credential), std::nullopt});
  }
  return account;
}

MechanismDriver::MechanismDriver(absl::StatusOr<std::unique_ptr<ServerMechanism>> mechanism,
                                 CredentialBook book)
    : book_(std::move(book)) {
  if (mechanism.ok()) {
    mechanism_ = *std::move(mechanism);
  } else {
    ADD_FAILURE() << mechanism.status();
  }
}

CredentialsFound MechanismDriver::Find(const CredentialQuery& query) const {
  const bool by_token = !query.token.empty();
  const CredentialBook& book = by_token ? tokens_ : book_;
  const auto entry = book.find(by_token ? query.token.view() : query.authentication_id);
  if (entry == book.end()) return {};
  CredentialsFound found = entry->second;
  found.vouched_by_token = by_token;
  return found;
}

StepResult MechanismDriver::Step(std::optional<std::string_view> message) {
  if (mechanism_ == nullptr) return Failure{};
  absl::StatusOr<StepResult> result = mechanism_->Step(message);
  while (result.ok()) {
    if (const auto* credentials = std::get_if<NeedCredentials>(&*result)) {
      queries_.push_back(credentials->query);
      result = mechanism_->Resume(credentials->ticket, CredentialAnswer(Find(credentials->query)));
    } else if (const auto* derivation = std::get_if<NeedDerivation>(&*result)) {
      derivations_.push_back(derivation->work);
      result = mechanism_->Resume(derivation->ticket, DeriveOrAsk(derivation->work));
    } else if (const auto* session = std::get_if<NeedSession>(&*result)) {
      auto known = sessions_.extract(session->id);
      result = mechanism_->Resume(session->ticket, known.empty() ? SessionAnswer(SessionUnknown{})
                                                                 : std::move(known.mapped()));
    } else {
      const auto* success = std::get_if<Success>(&*result);
      if (success != nullptr && success->session.has_value()) {
        sessions_[success->session->id] = {.state = success->session->state};
      }
      return *std::move(result);
    }
  }
  ADD_FAILURE() << result.status();
  return Failure{};
}

void MechanismDriver::Move(absl::StatusOr<std::unique_ptr<ServerMechanism>> fresh) {
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  StateWriter state;
  ASSERT_TRUE(mechanism_->SaveState(state).ok());
  mechanism_ = *std::move(fresh);
  StateReader reader(state.view());
  ASSERT_TRUE(mechanism_->RestoreState(reader).ok());
  EXPECT_TRUE(reader.at_end());
}

std::unique_ptr<ClientMechanism> MovedClient(
    const ClientMechanism& client, absl::StatusOr<std::unique_ptr<ClientMechanism>> fresh) {
  EXPECT_TRUE(fresh.ok()) << fresh.status();
  StateWriter state;
  EXPECT_TRUE(client.SaveState(state).ok());
  StateReader reader(state.view());
  EXPECT_TRUE((*fresh)->RestoreState(reader).ok());
  EXPECT_TRUE(reader.at_end());
  return *std::move(fresh);
}

std::variant<ServerFault, ClientResponse> StepClient(ClientMechanism& client,
                                                     std::optional<std::string_view> challenge) {
  absl::StatusOr<ClientStepResult> result = client.Step(challenge);
  if (result.ok()) {
    if (const auto* derivation = std::get_if<NeedDerivation>(&*result)) {
      result = client.Resume(derivation->ticket, Derive(derivation->work));
    }
  }
  if (!result.ok()) {
    ADD_FAILURE() << result.status();
    return ServerFault{"the client failed"};
  }
  if (auto* response = std::get_if<ClientResponse>(&*result)) return std::move(*response);
  return std::get<ServerFault>(*result);
}

Conversation Converse(MechanismDriver& server, ClientMechanism& client) {
  Conversation talk;
  std::optional<std::string> challenge;
  for (int step = 0; step < kMaxSteps; ++step) {
    auto said = StepClient(client, challenge);
    if (const auto* fault = std::get_if<ServerFault>(&said)) {
      talk.fault = *fault;
      return talk;
    }
    const std::optional<std::string>& bytes = std::get<ClientResponse>(said).bytes;
    talk.responses.push_back(bytes.value_or(""));
    talk.outcome = server.Step(bytes);
    if (const auto* next = std::get_if<Challenge>(&talk.outcome)) {
      challenge = next->bytes;
      talk.challenges.push_back(next->bytes);
      continue;
    }
    if (const auto* success = std::get_if<Success>(&talk.outcome)) {
      talk.fault = client.Finish(success->additional_data);
    }
    return talk;
  }
  ADD_FAILURE() << "the conversation does not end";
  return talk;
}

std::optional<FailureReason> ReasonOf(const StepResult& result) {
  const auto* failure = std::get_if<Failure>(&result);
  if (failure == nullptr) return std::nullopt;
  return failure->reason;
}

const Identity* IdentityIn(const StepResult& result) {
  const auto* success = std::get_if<Success>(&result);
  return success == nullptr ? nullptr : &success->identity;
}

}  // namespace sallyport
