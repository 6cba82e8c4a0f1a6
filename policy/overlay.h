#ifndef SALLYPORT_POLICY_OVERLAY_H_
#define SALLYPORT_POLICY_OVERLAY_H_

// How a tenant's rules go before its listener's, and those before the policy's.

#include "sallyport/v1/policy.pb.h"

namespace sallyport::policy {

// Overlay gives `rules` what `over` says, key by key: a list is replaced as a whole.
void Overlay(const v1::LoginRules& over, v1::LoginRules* rules);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_OVERLAY_H_
