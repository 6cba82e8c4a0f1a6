#ifndef SALLYPORT_CORE_SASL_GSSAPI_UNWRAP_STEP_H_
#define SALLYPORT_CORE_SASL_GSSAPI_UNWRAP_STEP_H_

// Takes a message of the peer's out of its wrapping: reads the library's
// configuration. Not thread-safe.

#include <optional>
#include <string>
#include <string_view>

#include "core/credentials/key_derivation.h"
#include "core/credentials/secret.h"
#include "core/sasl/gssapi/kerberos_context.h"

namespace sallyport {

class UnwrapStep : public SlowStep {
 public:
  // UnwrapStep goes on with the context that `context_token` is of.
  UnwrapStep(Secret context_token, std::string_view message)
      : context_token_(std::move(context_token)), message_(message) {}

  void Run() override {
    const GssContext context = ReadContext(context_token_);
    if (context.get() != nullptr) result_ = UnwrapMessage(context, message_);
  }

  // result is what was in it; nullopt where it is not a good one, and until Run
  // has ended.
  const std::optional<std::string>& result() const { return result_; }

 private:
  const Secret context_token_;
  const std::string message_;
  std::optional<std::string> result_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_UNWRAP_STEP_H_
