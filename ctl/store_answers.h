#ifndef SALLYPORT_CTL_STORE_ANSWERS_H_
#define SALLYPORT_CTL_STORE_ANSWERS_H_

// What the stores of a login say of its user, and what comes of that: the part of an
// explanation that policy leaves open.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/sasl/failure_reason.h"
#include "ctl/admin_client.h"
#include "ctl/credential_use.h"
#include "policy/explain.h"

namespace sallyport::ctl {

// StoreAnswer is what one store says.
struct StoreAnswer {
  policy::ExplainedStore store;
  // Why it could not be asked; OK: it was.
  absl::Status status;
  v1::LookUpUserResponse user;
  std::vector<CredentialUse> credentials;
};

// Forecast is what the login would come to.
struct Forecast {
  // Absent: it depends on what the client proves.
  std::optional<FailureReason> reason;
  // The store that knows the user; empty: none.
  std::string store;
};

// StoreAnswers are in the order in which a login asks, which stops at the first that
// knows the user.
struct StoreAnswers {
  std::string user;
  std::vector<StoreAnswer> stores;
  // Absent where a store could not be asked for another cause than its own.
  std::optional<Forecast> forecast;
};

// AskStores asks each store of `told` for its user. Where `mechanism` is empty, credentials
// are judged for whatever mechanism may be used.
StoreAnswers AskStores(AdminClient& client, const policy::Explanation& told,
                       const std::string& mechanism, absl::Time now);

// GroupsFound are those that the store has that a login would believe; nullopt where
// none knows the user.
std::optional<std::vector<std::string>> GroupsFound(const StoreAnswers& answers);

// StoreAnswersText is lines for people, StoreAnswersJson an object for programs.
std::string StoreAnswersText(const StoreAnswers& answers);
nlohmann::ordered_json StoreAnswersJson(const StoreAnswers& answers);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_STORE_ANSWERS_H_
