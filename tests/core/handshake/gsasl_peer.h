#ifndef SALLYPORT_TESTS_CORE_HANDSHAKE_GSASL_PEER_H_
#define SALLYPORT_TESTS_CORE_HANDSHAKE_GSASL_PEER_H_

// libgsasl, an independent implementation of SASL's mechanisms, inside AMQP's frames: as a
// client for our ServerHandshake, and as a server for our ClientHandshake. In tests only.
// Not thread-safe.

#include <gsasl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// GsaslLogin is what libgsasl knows: as a client what it logs in with, as a server whom it
// lets in.
struct GsaslLogin {
  std::string mechanism;
  std::string user;
  std::string password;
  // The data of the tls-exporter channel binding; empty: none.
  std::string tls_exporter;
};

// GsaslPeer is one exchange on either side.
class GsaslPeer {
 public:
  enum class Side { kClient, kServer };

  // GsaslPeer aborts the test where libgsasl does not know the mechanism.
  GsaslPeer(const GsaslLogin& login, Side side);
  ~GsaslPeer();
  GsaslPeer(const GsaslPeer&) = delete;
  GsaslPeer& operator=(const GsaslPeer&) = delete;

  // Step is libgsasl's own: its next message, nullopt where it has failed.
  std::optional<std::string> Step(std::string_view message);

  // finished is whether libgsasl is satisfied: of a client of SCRAM, that the server has
  // proved itself.
  bool finished() const { return status_ == GSASL_OK; }

  // error is libgsasl's name for its state.
  std::string error() const { return gsasl_strerror_name(status_); }

 private:
  static int OnProperty(Gsasl* context, Gsasl_session* session, Gsasl_property property);

  const GsaslLogin login_;
  Gsasl* context_ = nullptr;
  Gsasl_session* session_ = nullptr;
  int status_ = GSASL_NEEDS_MORE;
};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_HANDSHAKE_GSASL_PEER_H_
