#ifndef SALLYPORT_SERVER_ADMIN_ADMIN_CALL_H_
#define SALLYPORT_SERVER_ADMIN_ADMIN_CALL_H_

// One call of an operator's who may make it.

#include <grpcpp/server_context.h>

#include <memory>
#include <string>

#include "server/policy/active_policy.h"

namespace sallyport::server {

struct AdminCall {
  const grpc::ServerContextBase& context;
  // AdminCaller's.
  const std::string actor;
  // Under which the whole call runs; it keeps the stores open.
  const std::shared_ptr<const ActivePolicy> active;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_ADMIN_CALL_H_
