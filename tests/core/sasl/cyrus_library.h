#ifndef SALLYPORT_TESTS_CORE_SASL_CYRUS_LIBRARY_H_
#define SALLYPORT_TESTS_CORE_SASL_CYRUS_LIBRARY_H_

// What a process has of Cyrus libsasl2 only once: its two halves, started without
// a configuration file, and the store that its servers find passwords in, which
// is in memory. In tests only.

#include <sasl/sasl.h>

#include <string>

namespace sallyport {

// CyrusAccount is all that a server's store holds. A server hands it over as the
// context of its SASL_CB_GETOPT callback.
struct CyrusAccount {
  // As Cyrus's servers spell it: with "@realm", unless the realm is the host.
  std::string name;
  std::string password;
};

// StartCyrus starts the library, the first time that it is called. A failure is
// the test's.
void StartCyrus();

// CyrusOption is the process's answer to SASL_CB_GETOPT, for a session's list of
// callbacks. Servers remember DIGEST-MD5 nonces for a day (reauth_timeout, which
// Cyrus reads once, as it starts).
sasl_callback_t CyrusOption(const CyrusAccount* account);

// CyrusCallback makes an entry of a list of callbacks: Cyrus keeps functions of
// all types as one.
template <typename Function>
sasl_callback_t CyrusCallback(unsigned long id, Function* function, const void* context) {
  return {id, reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(function)),
          const_cast<void*>(context)};
}

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_CYRUS_LIBRARY_H_
