// UTF-8 validation, for AMQP strings (AMQP 1.0 section 1.6.20; RFC 3629). Pure.
#ifndef SALLYPORT_CORE_AMQP_UTF8_H_
#define SALLYPORT_CORE_AMQP_UTF8_H_

#include <string_view>

namespace sallyport::amqp {

// IsUtf8 tells whether `bytes` are well-formed UTF-8: no overlong forms, surrogates, or code points
// above U+10FFFF.
bool IsUtf8(std::string_view bytes);

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_UTF8_H_
