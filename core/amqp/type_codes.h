// The constructor bytes of the AMQP 1.0 types that SASL frames use (AMQP 1.0 section 1.6).
// Constants only.
#ifndef SALLYPORT_CORE_AMQP_TYPE_CODES_H_
#define SALLYPORT_CORE_AMQP_TYPE_CODES_H_

#include <cstdint>

namespace sallyport::amqp {

// TypeCode is a constructor byte. A suffix is the width in bits of the value, or of its size.
enum TypeCode : uint8_t {
  kDescribed = 0x00,
  kNull = 0x40,
  kUbyte = 0x50,
  kUlong0 = 0x44,
  kSmallUlong = 0x53,
  kUlong = 0x80,
  kBinary8 = 0xa0,
  kBinary32 = 0xb0,
  kString8 = 0xa1,
  kString32 = 0xb1,
  kSymbol8 = 0xa3,
  kSymbol32 = 0xb3,
  kList0 = 0x45,
  kList8 = 0xc0,
  kList32 = 0xd0,
  kArray8 = 0xe0,
  kArray32 = 0xf0,
};

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_TYPE_CODES_H_
