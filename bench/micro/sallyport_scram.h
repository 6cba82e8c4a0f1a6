#ifndef SALLYPORT_BENCH_MICRO_SALLYPORT_SCRAM_H_
#define SALLYPORT_BENCH_MICRO_SALLYPORT_SCRAM_H_

// Our own SCRAM server, made and stepped as the service does it with an account
// that is cached. Not thread-safe.

#include <memory>
#include <string>
#include <string_view>

#include "bench/micro/scram_user.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// SallyportScram is one exchange.
class SallyportScram {
 public:
  // Host is what the exchanges share; `user` outlives it.
  class Host {
   public:
    explicit Host(const ScramUser& user);
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

   private:
    friend class SallyportScram;

    const ScramUser& user_;
    const MechanismDescriptor& descriptor_;
    ServerMechanismSettings settings_;
    ServerMechanismContext context_;
  };

  explicit SallyportScram(Host& host);

  // First takes client-first and gives server-first; false where it fails.
  bool First(std::string_view message, std::string& reply);

  // Final takes client-final and gives server-final; false unless the user has
  // proved who they are.
  bool Final(std::string_view message, std::string& reply);

 private:
  Host& host_;
  std::unique_ptr<ServerMechanism> server_;
};

}  // namespace sallyport

#endif  // SALLYPORT_BENCH_MICRO_SALLYPORT_SCRAM_H_
