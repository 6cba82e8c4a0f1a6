#ifndef SALLYPORT_CORE_SASL_IDENTITY_H_
#define SALLYPORT_CORE_SASL_IDENTITY_H_

// Who a finished handshake says the client is.

#include <memory>
#include <string>
#include <string_view>

#include "core/credentials/account.h"

namespace sallyport {

struct Identity {
  // Who proved it, in prepared form.
  std::string authentication_id;
  // Who they act as; equal to authentication_id where no other was asked for.
  std::string authorization_id;
  // A registry's name: valid for the life of the process.
  std::string_view mechanism;
  bool channel_bound = false;
  // What the store knows of them: groups, attributes, expiry. Null where no
  // store was asked (ANONYMOUS).
  std::shared_ptr<const Account> account;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_IDENTITY_H_
