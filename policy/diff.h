#ifndef SALLYPORT_POLICY_DIFF_H_
#define SALLYPORT_POLICY_DIFF_H_

// What differs between two policies, for people: tenants, stores, listeners and brokers
// go by their names, wherever they stand. Pure.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sallyport/v1/policy.pb.h"

namespace sallyport::policy {

// Difference is one part that is not the same.
struct Difference {
  enum class Kind { kAdded, kRemoved, kChanged, kMoved };

  Kind kind = Kind::kChanged;
  // Such as "tenants[acme].rules.mechanisms".
  std::string path;
  // As an operator would write them; empty where there is none.
  std::string before;
  std::string after;
};

// Diff lists what differs, in the order of the schema. That something in a list is in
// another place is a difference where the order matters.
std::vector<Difference> Diff(const v1::Policy& before, const v1::Policy& after);

// DiffText is a line for each, such as "tenants[acme].rules.mechanisms: added 'PLAIN'".
std::string DiffText(const std::vector<Difference>& differences);

// DiffJson is an array of objects with "path", "change", and "before" and "after" where
// there are such.
nlohmann::ordered_json DiffJson(const std::vector<Difference>& differences);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_DIFF_H_
