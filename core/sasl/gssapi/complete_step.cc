#include "core/sasl/gssapi/complete_step.h"

#include <optional>

#include "core/sasl/gssapi/kerberos_error.h"

namespace sallyport {

std::variant<ServerFault, KerberosContext> CompleteStep::Complete() {
  // Nothing would begin a context anew rather than complete it.
  if (token_.empty()) return ServerFault{"the server does not prove itself"};
  GssBuffer reply;
  OM_uint32 flags = 0;
  const GssStatus status = AdvanceContext(initiation_, token_, reply, flags);
  if (!status.complete()) return ServerFault{ServerFaultIn(status)};
  // RFC 4121 has one message in each direction.
  if ((flags & GSS_C_MUTUAL_FLAG) == 0 || !reply.view().empty()) {
    return ServerFault{"the server's token does not end the exchange with a proof"};
  }
  auto written = WriteContext(std::move(initiation_.context));
  if (!written.has_value()) return ServerFault{"the server's token begins no usable context"};
  return *std::move(written);
}

}  // namespace sallyport
