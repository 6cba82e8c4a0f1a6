// The result of a SASL handshake as the client hears it (AMQP 1.0 section 5.3.3.6). Plain data.
#ifndef SALLYPORT_CORE_AMQP_SASL_CODE_H_
#define SALLYPORT_CORE_AMQP_SASL_CODE_H_

#include <cstdint>

namespace sallyport::amqp {

// SaslCode is the code of a sasl-outcome, with the numbers that it has on the wire.
// SRS_SASL_SERVER_IO_01_113
enum class SaslCode : uint8_t {
  kOk = 0,       // authenticated
  kAuth = 1,     // refused: the client's fault
  kSys = 2,      // failed: the server's fault
  kSysPerm = 3,  // failed, and will until somebody repairs the server
  kSysTemp = 4,  // failed for now: worth another attempt
};

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_SASL_CODE_H_
