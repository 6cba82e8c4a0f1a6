#ifndef SALLYPORT_TESTS_CORE_SASL_SHIFTED_CLOCK_H_
#define SALLYPORT_TESTS_CORE_SASL_SHIFTED_CLOCK_H_

// Replaces the time of day of the process that it is linked into, for all of its
// libraries, by one that a test can move. Other processes keep theirs. In tests
// only.

#include <ctime>

namespace sallyport {

// ShiftClock adds `seconds` to the true time.
void ShiftClock(std::time_t seconds);

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_SHIFTED_CLOCK_H_
