#include "bench/load/login.h"

#include <optional>
#include <utility>
#include <variant>

#include "core/crypto/random_source.h"

namespace sallyport::bench {

Login::Login(ClientHandshake::Options options, ClientWork& work, bool pause_at_challenge,
             OnEnd on_end)
    : work_(work),
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
  Progress progress = client_.Receive(&bytes, &to_send);
  GoOn(std::move(progress), bytes, std::move(to_send));
}

void Login::GoOn(Progress progress, std::string_view bytes, std::string to_send) {
  while (progress.ok() && std::holds_alternative<NeedDerivation>(*progress)) {
    auto& need = std::get<NeedDerivation>(*progress);
    std::optional<DerivationAnswer> answer = work_.Answer(need.work);
    if (!answer.has_value()) {
      DoSlowStep(std::move(need), bytes);
      break;
    }
    progress = client_.Resume(need.ticket, *std::move(answer), &bytes, &to_send);
  }
  progress_ = progress.ok() ? *std::move(progress)
                            : ClientHandshake::Broken{std::string(progress.status().message())};
  if (to_send.empty()) return;
  if (++answers_ > 1 && pause_at_challenge_) return;
  handle_->Receive(to_send);
}

void Login::DoSlowStep(NeedDerivation need, std::string_view bytes) {
  work_.Do([self = shared_from_this(), ticket = need.ticket, work = std::move(need.work),
            left = std::string(bytes)] {
    DerivationAnswer answer = Derive(work);
    absl::MutexLock lock(&self->mutex_);
    if (self->handle_ == nullptr) return;
    std::string_view bytes = left;
    std::string to_send;
    Progress progress = self->client_.Resume(ticket, std::move(answer), &bytes, &to_send);
    self->GoOn(std::move(progress), bytes, std::move(to_send));
  });
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
