#include "bench/load/login.h"

#include <utility>
#include <variant>

#include "core/crypto/random_source.h"

namespace sallyport::bench {

DerivationAnswer SaltedPasswords::Answer(const KeyDerivation& work) {
  const auto* wanted = std::get_if<SaltedPassword>(&work);
  if (wanted == nullptr) return Derive(work);
  absl::MutexLock lock(&mutex_);
  auto found = by_salt_.find(wanted->salt);
  if (found != by_salt_.end()) return found->second;
  DerivationAnswer answer = Derive(work);
  if (const auto* secret = std::get_if<Secret>(&answer)) by_salt_.emplace(wanted->salt, *secret);
  return answer;
}

Login::Login(ClientHandshake::Options options, SaltedPasswords& passwords, bool pause_at_challenge,
             OnEnd on_end)
    : passwords_(passwords),
      pause_at_challenge_(pause_at_challenge),
      on_end_(std::move(on_end)),
      client_(std::move(options), SystemRandom()) {}

void Login::Begin(client::Authenticator& authenticator, const client::ConnectionFacts& facts) {
  began_ = std::chrono::steady_clock::now();
  auto handle = authenticator.Open(facts, shared_from_this());
  absl::MutexLock lock(&mutex_);
  handle_ = std::move(handle);
  std::string header;
  client_.Start(&header);
  handle_->Receive(header);
  if (!early_.empty()) Answer(std::exchange(early_, {}));
}

void Login::OnSend(std::string_view bytes) {
  absl::MutexLock lock(&mutex_);
  if (handle_ == nullptr) {
    early_.append(bytes);
  } else {
    Answer(bytes);
  }
}

void Login::Answer(std::string_view bytes) {
  std::string to_send;
  auto progress = client_.Receive(&bytes, &to_send);
  while (progress.ok() && std::holds_alternative<NeedDerivation>(*progress)) {
    const auto& need = std::get<NeedDerivation>(*progress);
    progress = client_.Resume(need.ticket, passwords_.Answer(need.work), &bytes, &to_send);
  }
  progress_ = progress.ok() ? *std::move(progress)
                            : ClientHandshake::Broken{std::string(progress.status().message())};
  if (to_send.empty()) return;
  if (++answers_ > 1 && pause_at_challenge_) return;
  handle_->Receive(to_send);
}

bool Login::WaitForChallenge(absl::Duration limit) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(
                                     +[](int* answers) { return *answers > 1; }, &answers_),
                                 limit);
}

void Login::Abandon() {
  std::unique_ptr<client::Handshake> handle;
  {
    absl::MutexLock lock(&mutex_);
    handle = std::move(handle_);
  }
}

void Login::OnOutcome(client::Outcome outcome, std::string) {
  LoginEnd end = {.began = began_};
  std::unique_ptr<client::Handshake> handle;
  {
    absl::MutexLock lock(&mutex_);
    handle = std::move(handle_);
    const auto* done = std::get_if<ClientHandshake::Done>(&progress_);
    end.accepted =
        outcome.code == amqp::SaslCode::kOk && done != nullptr && done->code == amqp::SaslCode::kOk;
    end.detail = std::move(outcome.detail);
    if (const auto* broken = std::get_if<ClientHandshake::Broken>(&progress_)) {
      end.detail = broken->what;
    }
  }
  on_end_(end);
}

}  // namespace sallyport::bench
