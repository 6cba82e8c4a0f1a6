#ifndef SALLYPORT_CORE_SASL_ANONYMOUS_TRACE_H_
#define SALLYPORT_CORE_SASL_ANONYMOUS_TRACE_H_

// ANONYMOUS's one message (RFC 4505 section 2). Pure.

#include <string_view>

namespace sallyport {

// IsShortEnoughTrace tells whether `message` has at most 255 characters, not
// counting the NUL with which some clients begin it. Bytes that are no UTF-8 are
// tolerated, up to four for each character.
bool IsShortEnoughTrace(std::string_view message);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_ANONYMOUS_TRACE_H_
