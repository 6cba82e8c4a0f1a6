#ifndef SALLYPORT_AUDIT_POLICY_STAMP_H_
#define SALLYPORT_AUDIT_POLICY_STAMP_H_

// Names one state of the policy. Plain data; shared, immutable, by whatever tells of it.

#include <string>

namespace sallyport::audit {

struct PolicyStamp {
  // The operator's own name for it; may be empty.
  std::string version;
  // SHA-256 of its text, in hexadecimal digits.
  std::string hash;
};

}  // namespace sallyport::audit

#endif  // SALLYPORT_AUDIT_POLICY_STAMP_H_
