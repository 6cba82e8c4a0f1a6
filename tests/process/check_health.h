#ifndef SALLYPORT_TESTS_PROCESS_CHECK_HEALTH_H_
#define SALLYPORT_TESTS_PROCESS_CHECK_HEALTH_H_

// What a probe does.

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

namespace sallyport::process {

// CheckHealth is the answer to gRPC's health check of `service`: 1 where it
// serves, 2 where it does not, 3 where it is unknown, 0 where it did not answer.
int CheckHealth(const std::shared_ptr<grpc::Channel>& channel, const std::string& service);

}  // namespace sallyport::process

#endif  // SALLYPORT_TESTS_PROCESS_CHECK_HEALTH_H_
