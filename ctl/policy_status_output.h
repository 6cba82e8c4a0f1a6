#ifndef SALLYPORT_CTL_POLICY_STATUS_OUTPUT_H_
#define SALLYPORT_CTL_POLICY_STATUS_OUTPUT_H_

// Which policy a service runs under, as a person or a script reads it.

#include "ctl/output.h"
#include "sallyport/v1/admin.pb.h"

namespace sallyport::ctl {

// PrintPolicyStatus prints all but the policy's text.
void PrintPolicyStatus(OutputFormat format, const v1::PolicyStatus& status);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_POLICY_STATUS_OUTPUT_H_
