#ifndef SALLYPORT_TESTS_CORE_SASL_GSASL_SESSION_H_
#define SALLYPORT_TESTS_CORE_SASL_GSASL_SESSION_H_

// One side of an exchange, played by GNU SASL: an implementation that is not
// ours. In tests only. Not thread-safe.

#include <gsasl.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

enum class GsaslRole { kClient, kServer };

class GsaslSession {
 public:
  using Properties = std::map<Gsasl_property, std::string>;

  // GsaslSession answers what GNU SASL asks for from `properties`. As a server it
  // takes any identity that EXTERNAL, ANONYMOUS and GSSAPI name.
  GsaslSession(GsaslRole role, const char* mechanism, Properties properties);
  GsaslSession(const GsaslSession&) = delete;
  GsaslSession& operator=(const GsaslSession&) = delete;
  ~GsaslSession();

  // Step takes the other side's message, and gives what to send. Look at status
  // after it.
  std::string Step(std::optional<std::string_view> input);

  // status is the last step's: GSASL_OK, GSASL_NEEDS_MORE, or an error.
  int status() const { return status_; }

  // Property is what GNU SASL has learned.
  std::string Property(Gsasl_property property) const;

 private:
  static int Answer(Gsasl* library, Gsasl_session* session, Gsasl_property property);

  Properties properties_;
  Gsasl* library_ = nullptr;
  Gsasl_session* session_ = nullptr;
  int status_ = GSASL_NEEDS_MORE;
};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_GSASL_SESSION_H_
