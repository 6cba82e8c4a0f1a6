// The descriptors of the SASL performatives (AMQP 1.0 section 5.3.3). Constants only.
#ifndef SALLYPORT_CORE_AMQP_SASL_DESCRIPTOR_H_
#define SALLYPORT_CORE_AMQP_SASL_DESCRIPTOR_H_

#include <cstdint>

namespace sallyport::amqp {

// SaslDescriptor is a performative's numeric descriptor.
enum class SaslDescriptor : uint8_t {
  kMechanisms = 0x40,
  kInit = 0x41,
  kChallenge = 0x42,
  kResponse = 0x43,
  kOutcome = 0x44,
};

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_SASL_DESCRIPTOR_H_
