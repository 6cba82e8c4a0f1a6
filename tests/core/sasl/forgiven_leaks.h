#ifndef SALLYPORT_TESTS_CORE_SASL_FORGIVEN_LEAKS_H_
#define SALLYPORT_TESTS_CORE_SASL_FORGIVEN_LEAKS_H_

// For tests that call a library which leaks. In tests only.

// There where the address sanitizer is.
extern "C" __attribute__((weak)) void __lsan_disable();
extern "C" __attribute__((weak)) void __lsan_enable();

namespace sallyport {

// ForgivenLeaks are what this thread allocates while it lives. Whoever makes one
// says whose leak it is.
class ForgivenLeaks {
 public:
  ForgivenLeaks() {
    if (__lsan_disable != nullptr) __lsan_disable();
  }
  ForgivenLeaks(const ForgivenLeaks&) = delete;
  ForgivenLeaks& operator=(const ForgivenLeaks&) = delete;
  ~ForgivenLeaks() {
    if (__lsan_enable != nullptr) __lsan_enable();
  }
};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_FORGIVEN_LEAKS_H_
