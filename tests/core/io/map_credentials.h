#ifndef SALLYPORT_TESTS_CORE_IO_MAP_CREDENTIALS_H_
#define SALLYPORT_TESTS_CORE_IO_MAP_CREDENTIALS_H_

// What a program that embeds the core has at hand: accounts in a map, which are
// found at once or when the test says so. In tests only. Not thread-safe.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/io/credential_provider.h"
#include "core/sasl/failure_reason.h"

namespace sallyport {

class MapCredentials final : public CredentialProvider {
 public:
  void Find(const CredentialQuery& query, AnswerCredentials answer) override {
    CredentialAnswer found = CredentialsFound{};
    if (outage.has_value()) {
      found = CredentialsUnavailable{*outage};
    } else if (const auto entry = accounts.find(query.authentication_id); entry != accounts.end()) {
      found = entry->second;
    }
    if (!later) return answer(std::move(found));
    waiting.emplace_back(std::move(answer), std::move(found));
  }

  std::map<std::string, CredentialsFound, std::less<>> accounts;
  // Answers every query, where set.
  std::optional<FailureReason> outage;
  // Whether answers wait for the test, in `waiting`.
  bool later = false;
  std::vector<std::pair<AnswerCredentials, CredentialAnswer>> waiting;
};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_IO_MAP_CREDENTIALS_H_
