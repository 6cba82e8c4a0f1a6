#ifndef SALLYPORT_POLICY_STORE_KIND_H_
#define SALLYPORT_POLICY_STORE_KIND_H_

#include <string>

#include "sallyport/v1/policy.pb.h"

namespace sallyport::policy {

// StoreKind is the kind of `store` as the policy names it, such as "sqlite"; empty: none is
// given.
inline std::string StoreKind(const v1::Store& store) {
  const auto* kind = v1::Store::descriptor()->FindOneofByName("kind");
  const auto* field = v1::Store::GetReflection()->GetOneofFieldDescriptor(store, kind);
  return field == nullptr ? "" : field->name();
}

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_STORE_KIND_H_
