#include "server/admin/store_answer.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace sallyport::server {
namespace {

// How often it is looked whether the call still lasts.
constexpr absl::Duration kLookPeriod = absl::Milliseconds(50);

// Kept by the store until it has answered, whether or not somebody still waits.
template <typename Answer>
struct AnswerBox {
  absl::Notification filled;
  std::optional<Answer> answer;
};

template <typename Answer, typename Ask>
Answer Await(const grpc::ServerContextBase& call, Ask ask) {
  const auto box = std::make_shared<AnswerBox<Answer>>();
  ask([box](Answer answer) {
    box->answer = std::move(answer);
    box->filled.Notify();
  });
  while (!box->filled.WaitForNotificationWithTimeout(kLookPeriod)) {
    if (call.IsCancelled()) return absl::CancelledError("the call ended before the store answered");
  }
  return *std::move(box->answer);
}

}  // namespace

LookupResult AwaitLookup(const grpc::ServerContextBase& call, CredentialStore& store,
                         std::string_view tenant, std::string_view name) {
  return Await<LookupResult>(call,
                             [&](LookupDone done) { store.Lookup(tenant, name, std::move(done)); });
}

absl::Status AwaitPing(const grpc::ServerContextBase& call, CredentialStore& store) {
  return Await<absl::Status>(
      call, [&](absl::AnyInvocable<void(absl::Status) &&> done) { store.Ping(std::move(done)); });
}

}  // namespace sallyport::server
