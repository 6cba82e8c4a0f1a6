#ifndef SALLYPORT_SERVER_LOGIN_LOGIN_EXCHANGE_H_
#define SALLYPORT_SERVER_LOGIN_LOGIN_EXCHANGE_H_

// One SASL exchange without AMQP's frames, from the client's choice of a
// mechanism to the outcome: what the Exchange RPC and the text protocol carry.
// It looks credentials up, keeps the limits, seals and logs. Thread-safe; its
// transport calls Begin and Respond in turn.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "core/credentials/secret.h"
#include "core/handshake/sasl_exchange.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/login/admission.h"
#include "server/login/answer.h"
#include "server/login/handshake_host.h"

namespace sallyport::server {

// LoginStart is what a client's choice comes with.
struct LoginStart {
  v1::ConnectionContext context;
  // As whom the policy is seen: the broker's.
  std::shared_ptr<const BrokerScope> broker;
  // The host that the client names; may be empty.
  std::string hostname;
  std::string mechanism;
  std::vector<MechanismParameter> parameters;
  // nullopt: none was sent, which is not the same as an empty one.
  std::optional<Secret> initial_response;
  // Empty: a new exchange.
  std::string resume_token;
  // Whether the transport has no place for final data beside the outcome.
  bool final_data_as_challenge = false;
};

// LoginChallenge is to be sent to the client.
struct LoginChallenge {
  std::string bytes;
  // Empty: none.
  std::string resume_token;
};

// LoginOutcome is the end.
struct LoginOutcome {
  HandshakeOutcome outcome;
  std::string handshake_id;
  // Whose login it was, as far as that was told.
  LoginParty party;
};

using LoginStep = std::variant<LoginChallenge, LoginOutcome>;

class LoginExchange : public std::enable_shared_from_this<LoginExchange> {
 public:
  using Clock = std::chrono::steady_clock;
  // OnStep is called once for Begin, unless it resumes, once for each Respond, and
  // where the time is up; never after an outcome. From any thread, also from
  // within the call, and under no lock.
  using OnStep = std::function<void(LoginStep)>;

  // `host` must outlive the exchange.
  static std::shared_ptr<LoginExchange> Create(HandshakeHost& host, OnStep on_step);
  ~LoginExchange();

  // Begin starts the exchange or, with a token, goes on with it in silence: then
  // `*resumed` is set, and a Respond comes next. InvalidArgument, and nothing has
  // begun, for a token of another mechanism or beside an initial response, and for
  // a parameter that the mechanism cannot keep to. Once.
  absl::Status Begin(LoginStart start, bool* resumed);

  // Respond takes the client's answer to a challenge.
  void Respond(std::string_view response);

  // ExpireDue ends an exchange whose time is up at `now`.
  void ExpireDue(Clock::time_point now);

  // Abandon forgets the exchange without an outcome. No step follows, except for
  // one that is being told.
  void Abandon();

 private:
  // What is to be done without the lock.
  struct Todo {
    std::optional<LoginStep> tell;
    ExchangeStep need = Challenge{};
    // Whose need it is.
    LoginParty party = {};
  };

  LoginExchange(HandshakeHost& host, OnStep on_step) : host_(host), on_step_(std::move(on_step)) {}

  absl::Status CheckParameters(const LoginStart& start, const AdmittedConnection& connection) const;
  void Refuse(const LoginStart& start, const Refusal& refusal);
  absl::Status RestoreLocked(const LoginStart& start, OpenedToken& token)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Todo TakeLocked(std::string_view message, std::optional<std::string_view> mechanism, bool absent)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Answers what can be answered at once, and says what else is to be done.
  Todo AdvanceLocked(ExchangeStep step) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<ExchangeStep> ResumeLocked(uint64_t ticket, Answer answer)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  LoginStep ChallengeLocked(std::string bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  LoginStep EndLocked(HandshakeOutcome outcome) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Goes on with the time that had stopped when a client or an answer was waited for.
  void GoOnLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LeaveLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Do(Todo todo) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnAnswer(uint64_t ticket, Answer answer);

  HandshakeHost& host_;
  const OnStep on_step_;
  absl::Mutex mutex_;
  // Null before Begin and after the end.
  std::unique_ptr<SaslExchange> exchange_ ABSL_GUARDED_BY(mutex_);
  // What it views.
  AdmittedConnection connection_ ABSL_GUARDED_BY(mutex_);
  std::string hostname_ ABSL_GUARDED_BY(mutex_);
  std::vector<MechanismParameter> parameters_ ABSL_GUARDED_BY(mutex_);
  HandshakePlace place_ ABSL_GUARDED_BY(mutex_);
  std::string authentication_id_ ABSL_GUARDED_BY(mutex_);
  Clock::time_point opened_at_ ABSL_GUARDED_BY(mutex_);
  uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // Whether a store's answer is waited for.
  bool awaits_store_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_LOGIN_EXCHANGE_H_
