#ifndef SALLYPORT_POLICY_SASL_CODE_NAME_H_
#define SALLYPORT_POLICY_SASL_CODE_NAME_H_

// SASL outcome codes as AMQP 1.0 names them (section 5.3.3.6), for explanations. Pure.

#include "core/amqp/sasl_code.h"

namespace sallyport::policy {

// SaslCodeName is "ok", "auth", "sys", "sys-perm" or "sys-temp", and "unknown" for a
// number that AMQP does not define.
constexpr const char* SaslCodeName(amqp::SaslCode code) {
  switch (code) {
    case amqp::SaslCode::kOk:
      return "ok";
    case amqp::SaslCode::kAuth:
      return "auth";
    case amqp::SaslCode::kSys:
      return "sys";
    case amqp::SaslCode::kSysPerm:
      return "sys-perm";
    case amqp::SaslCode::kSysTemp:
      return "sys-temp";
  }
  return "unknown";
}

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_SASL_CODE_NAME_H_
