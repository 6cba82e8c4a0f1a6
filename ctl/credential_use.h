#ifndef SALLYPORT_CTL_CREDENTIAL_USE_H_
#define SALLYPORT_CTL_CREDENTIAL_USE_H_

// Whether a stored secret, of which no more than its kind is known, could verify a login.
// A login judges the secret itself, by policy::CredentialRules and the mechanism; this
// says the same of what may be shown, and why. Pure.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/sasl/mechanism_descriptor.h"
#include "policy/credential_rules.h"
#include "sallyport/v1/admin.pb.h"

namespace sallyport::ctl {

// CredentialUse is what is said of one credential.
struct CredentialUse {
  std::string scheme;
  // 0 where the scheme has none.
  uint32_t iterations = 0;
  bool expired = false;
  // Why it cannot be used; empty: it can.
  std::string obstacle;
};

// JudgeCredential judges `credential` for one of `mechanisms`, or for any way to log in
// where there are none.
CredentialUse JudgeCredential(const v1::CredentialInfo& credential,
                              const policy::CredentialRules& rules,
                              const std::vector<const MechanismDescriptor*>& mechanisms,
                              absl::Time now);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_CREDENTIAL_USE_H_
