// The result of a SASL handshake as the client hears it (AMQP 1.0 section 5.3.3.6). Plain data.
#ifndef SALLYPORT_CORE_AMQP_SASL_CODE_H_
#define SALLYPORT_CORE_AMQP_SASL_CODE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

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

// kSaslCodeNames are the codes' names in the specification, by number.
inline constexpr std::array<std::string_view, 5> kSaslCodeNames = {"ok", "auth", "sys", "sys-perm",
                                                                   "sys-temp"};

// SaslCodeName is "unknown" for a number that AMQP does not define.
constexpr std::string_view SaslCodeName(SaslCode code) {
  const auto number = static_cast<size_t>(code);
  return number < kSaslCodeNames.size() ? kSaslCodeNames[number] : "unknown";
}

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_SASL_CODE_H_
