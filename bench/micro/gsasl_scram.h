#ifndef SALLYPORT_BENCH_MICRO_GSASL_SCRAM_H_
#define SALLYPORT_BENCH_MICRO_GSASL_SCRAM_H_

// GNU SASL's SCRAM server, whose callback has the stored keys ready in the form
// that the library wants. Not thread-safe.

#include <gsasl.h>

#include <string>
#include <string_view>

#include "bench/micro/scram_user.h"

namespace sallyport {

// GsaslScram is one exchange.
class GsaslScram {
 public:
  // Host is what the exchanges share.
  class Host {
   public:
    explicit Host(const ScramUser& user);
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    ~Host() { gsasl_done(library_); }

   private:
    friend class GsaslScram;

    static int Answer(Gsasl* library, Gsasl_session* session, Gsasl_property property);

    const std::string mechanism_;
    const std::string iterations_;
    std::string salt_;
    std::string stored_key_;
    std::string server_key_;
    Gsasl* library_ = nullptr;
  };

  explicit GsaslScram(Host& host);
  GsaslScram(const GsaslScram&) = delete;
  GsaslScram& operator=(const GsaslScram&) = delete;
  ~GsaslScram() { gsasl_finish(session_); }

  // First and Final are as SallyportScram's.
  bool First(std::string_view message, std::string& reply);
  bool Final(std::string_view message, std::string& reply);

 private:
  bool Step(std::string_view message, int expected, std::string& reply);

  Gsasl_session* session_ = nullptr;
};

}  // namespace sallyport

#endif  // SALLYPORT_BENCH_MICRO_GSASL_SCRAM_H_
