#ifndef SALLYPORT_POLICY_EXPLANATION_TEXT_H_
#define SALLYPORT_POLICY_EXPLANATION_TEXT_H_

// An explanation for people.

#include <string>

#include "policy/explain.h"

namespace sallyport::policy {

// ExplanationText is lines that end with a newline: what came of it first, then why.
std::string ExplanationText(const Explanation& explanation);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_EXPLANATION_TEXT_H_
