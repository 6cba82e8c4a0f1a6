// The protocol headers that open an AMQP 1.0 connection: 8 bytes, "AMQP", a protocol id and the
// version 1.0.0 (AMQP 1.0 sections 2.2 and 5.3.2). Constants only.
#ifndef SALLYPORT_CORE_AMQP_PROTOCOL_HEADER_H_
#define SALLYPORT_CORE_AMQP_PROTOCOL_HEADER_H_

#include <string_view>

namespace sallyport::amqp {

// kSaslProtocolHeader opens the SASL layer (protocol id 3).
inline constexpr std::string_view kSaslProtocolHeader{"AMQP\x03\x01\x00\x00", 8};

// kAmqpProtocolHeader opens AMQP itself (protocol id 0), after SASL or without it.
inline constexpr std::string_view kAmqpProtocolHeader{"AMQP\x00\x01\x00\x00", 8};

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_PROTOCOL_HEADER_H_
