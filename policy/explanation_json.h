#ifndef SALLYPORT_POLICY_EXPLANATION_JSON_H_
#define SALLYPORT_POLICY_EXPLANATION_JSON_H_

// An explanation for programs.

#include <nlohmann/json.hpp>

#include "policy/explain.h"

namespace sallyport::policy {

// ExplanationJson is an object; what an explanation does not have, it lacks.
nlohmann::ordered_json ExplanationJson(const Explanation& explanation);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_EXPLANATION_JSON_H_
