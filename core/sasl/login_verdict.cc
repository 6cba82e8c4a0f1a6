#include "core/sasl/login_verdict.h"

namespace sallyport {

std::optional<FailureReason> RefusalOf(const CredentialsFound& found, bool usable, bool proven) {
  if (found.account == nullptr) return found.denial.value_or(FailureReason::kUnknownUser);
  if (usable && !proven) return FailureReason::kBadCredentials;
  if (found.denial.has_value()) return found.denial;
  if (!usable) return FailureReason::kNoUsableCredential;
  return std::nullopt;
}

}  // namespace sallyport
