#ifndef SALLYPORT_POLICY_CHECK_RULES_H_
#define SALLYPORT_POLICY_CHECK_RULES_H_

// What can be judged of rules where they stand, before they are merged with others.

#include <string>
#include <vector>

#include "policy/policy_path.h"
#include "policy/problems.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::policy {

// CheckRules reports what is wrong with `rules`, which stand at `path`. `stores` and
// `token_issuers` are the names that they may refer to.
void CheckRules(const v1::LoginRules& rules, const std::vector<std::string>& stores,
                const std::vector<std::string>& token_issuers, const PolicyPath& path,
                Problems* problems);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_CHECK_RULES_H_
